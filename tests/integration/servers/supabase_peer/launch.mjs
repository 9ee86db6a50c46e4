// Starts @supabase/lite for the tests. It is not Supabase's own server; where it answers otherwise than that one does,
// and the tests would notice, it is put right here. What is left of the differences: docs/reference/supabase.md.
//
//   PEER_PROJECT=/folder/with/supabase/config.toml PEER_PORT=54321 node launch.mjs

process.env.DO_NOT_TRACK = "1"; // it would look for its maker's server otherwise
process.env.EXPERIMENTAL_STORAGE = "1";
process.chdir(process.env.PEER_PROJECT);

const { createApi } = await import("@supabase/lite/cli");
const { serve } = await import("@hono/node-server");
const { administration } = await import("./admin.mjs");
const { resumable } = await import("./tus.mjs");

const api = await createApi({ withSupabaseClient: false }); // with it, Node 20 would lack a WebSocket
const app = await api.project.local.createApp(undefined, { admin: false }); // else who has no key is the service
const database = app.connection;

tellTimesInIso(database.driver.options);
sendJsonOnce(database.driver.options);
keepErrorCodes(database);
if (Number(process.versions.node.split(".")[0]) < 22) readFilesWhole(app._storageAdapter);

function tellTimesInIso(options) {
  const TIMESTAMP = 1114;
  const TIMESTAMPTZ = 1184;
  options.parsers[TIMESTAMP] = (text) => text.replace(" ", "T");
  options.parsers[TIMESTAMPTZ] = (text) => text.replace(" ", "T").replace(/[+-]\d\d$/, "$&:00");
  options.onnotice = () => {};
}

// It makes text of JSON arguments, of which its driver would make JSON text once more.
function sendJsonOnce(options) {
  for (const type of [114, 3802]) {
    options.serializers[type] = (value) => (typeof value === "string" ? value : JSON.stringify(value));
  }
}

// It answers 500 "SUP" to codes it does not know. PostgREST keeps the code; its table of statuses is documented.
function keepErrorCodes(connection) {
  const known = /^(PGRST|PT...|42...|22...|21...|55...|53...|23505|23503|23502|25006)$/;
  const statuses = [
    [/^P0001$/, 400],
    [/^08/, 503],
    [/^(0L|0P|28)/, 403],
    [/^(09|25|2D|38|39|3B|40|54|57|58|F0|HV|P0|XX)/, 500],
  ];
  const original = connection.normalizeDbError.bind(connection);
  connection.normalizeDbError = (thrown) => {
    const error = original(thrown);
    const code = error?.code;
    if (typeof code !== "string" || !/^[0-9A-Z]{5}$/.test(code) || known.test(code)) return error;
    const status = statuses.find(([pattern]) => pattern.test(code))?.[1] ?? 400;
    const told = { code, message: error.message, details: error.detail ?? null, hint: error.hint ?? null };
    const detail = JSON.stringify({ status, headers: {} });
    return Object.assign(new Error(JSON.stringify(told)), { code: "PGRST", detail });
  };
}

// Node 20 streams a file as ArrayBuffers, which its own Response cuts to nothing.
function readFilesWhole(files) {
  const original = files.getObject.bind(files);
  files.getObject = async (...which) => {
    const found = await original(...which);
    if (!found.body?.getReader) return found;
    const pieces = [];
    for await (const piece of found.body) pieces.push(Buffer.from(piece));
    return Object.assign(found, { body: new Blob(pieces).stream() });
  };
}

const here = { peerAddress: "127.0.0.1" };
const keys = { publishable: process.env.SUPABASE_PUBLISHABLE_KEY, secret: process.env.SUPABASE_SECRET_KEY };
const uploads = resumable(Number(process.env.PEER_LARGEST_FILE), (request) => app.fetch(request, here));
const fetch = administration(process.env.PEER_DATABASE, keys, uploads);
serve({ port: Number(process.env.PEER_PORT), hostname: "127.0.0.1", fetch }, () => console.log("ready"));

for (const signal of ["SIGTERM", "SIGINT"]) {
  process.on(signal, async () => {
    await database.close?.();
    process.exit(0);
  });
}
