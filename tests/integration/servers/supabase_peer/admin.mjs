// What the peer lacks of Auth: the two calls of its administration that we make, answering as Supabase documents them.
// Users themselves, their passwords and sign-ins are the peer's own.

import bcrypt from "bcryptjs";
import postgres from "postgres";

const USERS = "/auth/v1/admin/users";
const COST = 4; // the cheapest there is: these are tests' passwords

export function administration(databaseUrl, keys, own) {
  const sql = postgres(databaseUrl, { max: 2, onnotice: () => {} });

  async function add(attributes) {
    const { email, password, app_metadata } = attributes;
    if ((await sql`select from auth.users where lower(email) = lower(${email})`).length > 0) {
      return refusal(422, "email_exists", "A user with this email address has already been registered");
    }
    const body = JSON.stringify({ email, password });
    const headers = { apikey: keys.publishable, "content-type": "application/json" };
    const added = await own(new Request("http://127.0.0.1/auth/v1/signup", { method: "POST", headers, body }));
    if (!added.ok) return added;
    return change((await added.json()).user.id, { app_metadata });
  }

  async function change(id, { password, app_metadata }) {
    if (password !== undefined && password.length < 6) {
      const told = { weak_password: { reasons: ["length"] } };
      return refusal(422, "weak_password", "Password should be at least 6 characters.", told);
    }
    const hashed = password === undefined ? null : await bcrypt.hash(password, COST);
    const [user] = await sql`
      update auth.users set encrypted_password = coalesce(${hashed}, encrypted_password),
        raw_app_meta_data = coalesce(raw_app_meta_data, '{}')::jsonb || ${sql.json(app_metadata ?? {})}::jsonb
      where id = ${id} returning *`;
    return user ? Response.json(shown(user)) : refusal(404, "user_not_found", "User not found");
  }

  return async (request) => {
    const path = new URL(request.url).pathname;
    if (path !== USERS && !path.startsWith(`${USERS}/`)) return own(request);
    if (request.headers.get("apikey") !== keys.secret) return refusal(401, "no_authorization", "No authorization");
    if (request.method === "POST" && path === USERS) return add(await request.json());
    if (request.method === "PUT") return change(path.slice(USERS.length + 1), await request.json());
    return refusal(405, "validation_failed", "The peer has no such call");
  };
}

function shown(user) {
  const { id, email, created_at, updated_at } = user;
  return {
    ...{ id, email, created_at, updated_at, aud: "authenticated", role: "authenticated" },
    ...{ app_metadata: user.raw_app_meta_data, user_metadata: {}, identities: [], is_anonymous: false },
  };
}

function refusal(status, code, message, more = {}) {
  const headers = { "x-supabase-api-version": "2024-01-01" };
  return Response.json({ code, message, ...more }, { status, headers });
}
