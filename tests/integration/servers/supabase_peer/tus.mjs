// What the peer lacks of Storage: uploads in pieces, as TUS 1.0.0 and Supabase document them. What has arrived whole is
// given to the peer's own upload.

import { randomUUID } from "node:crypto";

const UPLOADS = "/storage/v1/upload/resumable";
const HEADERS = { "tus-resumable": "1.0.0", "cache-control": "no-store" };

export function resumable(largest, own) {
  const uploads = new Map();

  function begin(request, url) {
    const length = Number(request.headers.get("upload-length") ?? NaN);
    if (!Number.isSafeInteger(length)) return answer(400, "Upload-Length or Upload-Defer-Length header required");
    if (length > largest) return answer(413, "Maximum size exceeded");
    const pairs = (request.headers.get("upload-metadata") ?? "").split(",").map((pair) => pair.split(" "));
    const metadata = Object.fromEntries(pairs.map(([key, value]) => [key, Buffer.from(value ?? "", "base64").toString()]));
    const id = Buffer.from(`${metadata.bucketName}/${metadata.objectName}/${randomUUID()}`).toString("base64url");
    const kept = new Headers(request.headers);
    for (const name of ["content-length", "upload-length", "upload-metadata", "tus-resumable"]) kept.delete(name);
    kept.set("content-type", metadata.contentType ?? "application/octet-stream");
    uploads.set(id, { ...metadata, length, kept, pieces: [], offset: 0 });
    return answer(201, null, { location: `${url.origin}${UPLOADS}/${id}` });
  }

  async function append(request, upload) {
    if (request.headers.get("content-type") !== "application/offset+octet-stream") return answer(415, "Invalid Content-Type");
    if (Number(request.headers.get("upload-offset")) !== upload.offset) return answer(409, "Upload-Offset conflict");
    const piece = Buffer.from(await request.arrayBuffer());
    if (upload.offset + piece.length > upload.length) return answer(413, "Exceeded upload size");
    upload.pieces.push(piece);
    upload.offset += piece.length;
    if (upload.offset < upload.length) return answer(204, null, { "upload-offset": `${upload.offset}` });
    const path = `/storage/v1/object/${upload.bucketName}/${upload.objectName}`;
    const body = Buffer.concat(upload.pieces);
    const stored = await own(new Request(`http://127.0.0.1${path}`, { method: "POST", headers: upload.kept, body }));
    return stored.ok ? answer(204, null, { "upload-offset": `${upload.offset}` }) : stored;
  }

  return async (request) => {
    const url = new URL(request.url);
    if (url.pathname !== UPLOADS && !url.pathname.startsWith(`${UPLOADS}/`)) return own(request);
    if (request.headers.get("tus-resumable") !== "1.0.0") return answer(412, "Tus-Resumable Required");
    if (request.method === "POST" && url.pathname === UPLOADS) return begin(request, url);
    const upload = uploads.get(url.pathname.slice(UPLOADS.length + 1));
    if (!upload) return answer(404, "The file for this url was not found");
    if (request.method === "PATCH") return append(request, upload);
    return answer(200, null, { "upload-offset": `${upload.offset}`, "upload-length": `${upload.length}` });
  };
}

function answer(status, body, more = {}) {
  return new Response(body, { status, headers: { ...HEADERS, ...more } });
}
