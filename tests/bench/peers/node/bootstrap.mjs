// The Runtime API of Lambda, spoken by as little as it takes: import, next, response or error, for ever.
import { Agent, request } from "node:http";

const { handler } = await import(`./dist/${process.env.JOB}.mjs`);
const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(":");
const agent = new Agent({ keepAlive: true, maxSockets: 1 });
const PATH = "/2018-06-01/runtime/invocation/";

function call(method, path, body) {
  return new Promise((resolve, reject) => {
    const sent = request({ agent, host, port, method, path }, (response) => {
      const chunks = [];
      response.on("data", (chunk) => chunks.push(chunk));
      response.on("end", () => resolve([response.headers, Buffer.concat(chunks).toString()]));
      response.on("error", reject);
    });
    sent.on("error", reject);
    if (body !== undefined) sent.setHeader("Content-Length", Buffer.byteLength(body));
    sent.end(body);
  });
}

/** What Powertools and the handlers ask of an invocation. */
const contextOf = (headers) => ({
  awsRequestId: headers["lambda-runtime-aws-request-id"],
  invokedFunctionArn: headers["lambda-runtime-invoked-function-arn"] ?? "",
  functionName: process.env.AWS_LAMBDA_FUNCTION_NAME ?? "peer",
  functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION ?? "$LATEST",
  memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE ?? "256",
  getRemainingTimeInMillis: () => Math.max(0, Number(headers["lambda-runtime-deadline-ms"]) - Date.now()),
});

for (;;) {
  const [headers, event] = await call("GET", `${PATH}next`);
  const context = contextOf(headers);
  let outcome = "response";
  let answer;
  try {
    answer = JSON.stringify(await handler(JSON.parse(event), context));
  } catch (error) {
    console.error(error);
    outcome = "error";
    answer = JSON.stringify({ errorType: error.name, errorMessage: error.message });
  }
  await call("POST", `${PATH}${context.awsRequestId}/${outcome}`, answer);
}
