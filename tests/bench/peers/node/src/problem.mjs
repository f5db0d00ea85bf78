// Problem documents (RFC 9457), in English.
import { MetricUnit } from "@aws-lambda-powertools/metrics";
import texts from "./texts.json" with { type: "json" };

const MAX_BODY_BYTES = 64 * 1024;

export class Problem extends Error {
  constructor(code, { errors = [], retryAfter, ...more } = {}) {
    super(code);
    Object.assign(this, { code, errors, retryAfter, more });
  }

  response(instance, headers) {
    const { code, more } = this;
    const [status, title, text] = texts.problems[code];
    const detail = text.replace(/\{(\w+)\}/g, (_, name) => (name === "tries" ? more.tries_left : more[name]));
    const errors = this.errors.map(([pointer, wrong]) => ({ pointer, code: wrong, detail: texts.fields[wrong] }));
    const retry = this.retryAfter === undefined ? {} : { "retry-after": String(this.retryAfter) };
    const document = { type: `urn:cpor:problem:${code}`, title, status, detail, code, instance };
    return {
      statusCode: status,
      headers: { ...headers, ...retry, "content-language": "en", "content-type": "application/problem+json" },
      body: JSON.stringify({ ...document, ...(errors.length > 0 && { errors }), ...more }),
    };
  }
}

/** What a request is refused with; a fault of ours is logged once, and tells nothing of itself. */
export function handleProblems(app, logger, metrics, headers) {
  const answer = (problem, { event }) => problem.response(event.requestContext.requestId, headers);
  const refused = (problem, context) => {
    metrics.addMetric("refused", MetricUnit.Count, 1);
    return answer(problem, context);
  };
  app.errorHandler(Problem, async (problem, context) => refused(problem, context));
  app.notFound(async (_, context) => refused(new Problem("not-found"), context));
  app.errorHandler(Error, async (error, context) => {
    metrics.addMetric("faults", MetricUnit.Count, 1);
    logger.error("A request could not be answered", error);
    return answer(new Problem("unavailable", { retryAfter: 2 }), context);
  });
}

/** The body as text: 413, 400, 415. */
export async function boundedBody(request, contentType) {
  const text = await request.text();
  if (Buffer.byteLength(text) > MAX_BODY_BYTES) throw new Problem("payload-too-large");
  if (text === "") throw new Problem("malformed-body");
  const given = request.headers.get("content-type")?.split(";")[0].trim().toLowerCase();
  if (given !== contentType) throw new Problem("unsupported-media-type");
  return text;
}
