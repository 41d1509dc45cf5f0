// Verifies an access token with what Node has built in, knowing nothing but the issuer's URL and the resource's name.
// usage: node verify.mjs ISSUER AUDIENCE < token     (the authority of the certificate: NODE_EXTRA_CA_CERTS)
import { createPublicKey, verify } from "node:crypto";
import { readFileSync } from "node:fs";

const [issuer, audience] = process.argv.slice(2);
const token = readFileSync(0, "utf8").trim();
const refuse = (reason) => {
  console.log(`refused: ${reason}`);
  process.exit(1);
};
const json = async (url) => {
  const answer = await fetch(url, { redirect: "error" });
  if (!answer.ok) refuse(`${url} answers ${answer.status}`);
  return answer.json();
};
// RFC 8414 §3.1: the well-known part goes between host and path.
const { origin, pathname } = new URL(issuer);
const metadata = await json(`${origin}/.well-known/oauth-authorization-server${pathname.replace(/\/$/, "")}`);
if (metadata.issuer !== issuer) refuse("the metadata is another issuer's");
const { keys } = await json(metadata.jwks_uri);

const parts = token.split(".");
if (parts.length !== 3) refuse("not a compact JWS");
const decoded = (part) => JSON.parse(Buffer.from(part, "base64url").toString());
const header = decoded(parts[0]);
if (header.typ !== "at+jwt") refuse("not an access token");
const jwk = keys.find((key) => key.kid === header.kid);
if (!jwk || jwk.alg !== header.alg) refuse("no key of that name and algorithm");
const key = createPublicKey({ key: jwk, format: "jwk" });
const how = {
  ES256: ["sha256", { key, dsaEncoding: "ieee-p1363" }],
  EdDSA: [null, key],
  RS256: ["sha256", key],
}[header.alg];
if (!how) refuse("an algorithm that is not accepted here");
const signature = Buffer.from(parts[2], "base64url");
if (!verify(how[0], Buffer.from(`${parts[0]}.${parts[1]}`), how[1], signature)) refuse("the signature is wrong");

const claims = decoded(parts[1]);
const now = Date.now() / 1000;
if (claims.iss !== issuer) refuse("another issuer");
if (![claims.aud].flat().includes(audience)) refuse("another audience");
if (!(claims.iat <= now + 30 && now < claims.exp)) refuse("not now");
for (const name of ["sub", "jti", "client_id"]) if (typeof claims[name] !== "string") refuse(`${name} is missing`);
console.log(`accepted: alg=${header.alg} sub=${claims.sub} scope=${claims.scope}`);
