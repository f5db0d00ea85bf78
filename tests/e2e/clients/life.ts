// A claim's life by the client that is generated from the contract: from the submission to the customer's "no", and to a
// refusal. `node life.js begin|decline`; what it needs stands in the environment, what came of it is printed as JSON.

import { request } from "node:http";
import { env, argv } from "node:process";
import createClient from "openapi-fetch";
import type { components, paths } from "./generated/contract.js";

type Claim = components["schemas"]["ClaimView"];

/** The local cloud tells its APIs by the host, which `fetch` does not let a caller set. */
async function fetchAtHost(input: Request): Promise<Response> {
  const url = new URL(input.url);
  const headers = { ...Object.fromEntries(input.headers), host: setting("API_HOST") };
  const body = Buffer.from(await input.arrayBuffer());
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: input.method, headers }, (answer) => {
      const parts: Buffer[] = [];
      answer.on("data", (part: Buffer) => parts.push(part));
      answer.on("end", () => {
        const received = Object.entries(answer.headers).map(([name, value]) => [name, String(value)]);
        const status = answer.statusCode ?? 500;
        const hasBody = ![204, 304].includes(status);
        resolve(new Response(hasBody ? Buffer.concat(parts) : null, { status, headers: received as [string, string][] }));
      });
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

function setting(name: string): string {
  const value = env[name];
  if (value === undefined) throw new Error(`${name} is not set`);
  return value;
}

function clientOf(token?: string) {
  const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
  return createClient<paths>({ baseUrl: setting("ENDPOINT"), headers, fetch: fetchAtHost });
}

function versionOf(claim: Claim): string {
  return `"${claim.version}"`;
}

async function begin() {
  const [partner, reviewer] = [clientOf(setting("PARTNER")), clientOf(setting("REVIEWER"))];
  const body = JSON.parse(setting("BODY")) as components["schemas"]["CreateClaimBody"];
  const wrong = await partner.POST("/v1/claims", {
    params: { header: { "Idempotency-Key": `${setting("KEY")}-wrong` } },
    body: { ...body, items: [{ kind: "workload", id: "no-such-item" }] },
  });
  const problem = wrong.error as components["schemas"]["Problem"];
  const created = await partner.POST("/v1/claims", { params: { header: { "Idempotency-Key": setting("KEY") } }, body });
  if (created.data === undefined) throw new Error(JSON.stringify(created.error));
  const id = created.data.id;
  // A state that does not exist is no state of the contract.
  // @ts-expect-error
  const misspelt: boolean = created.data.status === "submited";
  const act = async (action: components["schemas"]["ReviewBody"], claim: Claim) => {
    const header = { "If-Match": versionOf(claim) };
    const done = await reviewer.POST("/v1/claims/{id}/review", { params: { path: { id }, header }, body: action });
    if (done.data === undefined) throw new Error(JSON.stringify(done.error));
    return done.data;
  };
  const reviewed = await act({ action: "begin" }, created.data);
  const validated = await act({ action: "validate" }, reviewed);
  const page = await partner.GET("/v1/claims", { params: { query: { limit: 1, status: [validated.status] } } });
  return {
    id,
    misspelt,
    status: validated.status,
    turn: validated.turn?.who,
    listed: page.data?.items.length,
    refused: { status: wrong.response.status, code: problem.code, field: problem.errors?.[0]?.code },
  };
}

async function decline() {
  const decided = await clientOf().POST("/d/{token}", {
    params: { path: { token: setting("TOKEN") } },
    headers: { accept: "application/json", "content-type": "application/x-www-form-urlencoded" },
    body: { decision: "decline", code: setting("CODE") },
    bodySerializer: (form) => new URLSearchParams(form as unknown as Record<string, string>).toString(),
  });
  const view = decided.data as components["schemas"]["DecisionView"];
  const missing = await clientOf("junk").GET("/v1/claims/{id}", { params: { path: { id: "a".repeat(26) } } });
  return { status: view.claim_status, items: view.items.map((item) => item.status), stranger: missing.response.status };
}

const steps: Record<string, () => Promise<unknown>> = { begin, decline };
const step = steps[argv[2] ?? ""];
if (step === undefined) throw new Error("begin or decline?");
console.log(JSON.stringify(await step()));
