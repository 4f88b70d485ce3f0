// A runtime client for Node functions: next event, handler (with a promise or a callback), answer or error.
import http from "node:http";
import fs from "node:fs";
import path from "node:path";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const ROOT = "/2018-06-01/runtime/";
const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(":");
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });

function ask(method, name, body, kind) {
  return new Promise((resolve, reject) => {
    const headers = { "Content-Type": "application/json" };
    if (body !== undefined) headers["Content-Length"] = Buffer.byteLength(body);
    if (kind) headers["Lambda-Runtime-Function-Error-Type"] = kind;
    const request = http.request({ host, port, method, path: ROOT + name, headers, agent }, (response) => {
      const parts = [];
      response.on("data", (part) => parts.push(part));
      response.on("end", () => resolve({ headers: response.headers, body: Buffer.concat(parts) }));
      response.on("error", reject);
    });
    request.on("error", reject);
    request.end(body);
  });
}

function told(error, kind) {
  const is = error instanceof Error;
  const type = kind ?? (is ? error.name : typeof error);
  const stack = is && error.stack ? error.stack.split("\n") : [];
  // One line for the log: line ends are told apart from those between events.
  console.error(("ERROR " + (is ? error.stack : String(error))).replaceAll("\n", "\r"));
  const body = { errorType: type, errorMessage: is ? error.message : String(error), trace: stack };
  return [JSON.stringify(body), type];
}

async function load() {
  const root = process.env.LAMBDA_TASK_ROOT;
  const [, folder, file, member] = /^(.*\/)?([^./]+)\.(.+)$/.exec(process.env._HANDLER) ?? [];
  if (!file) throw Object.assign(new Error("the handler has no `file.member` form"), { kind: "Runtime.MalformedHandlerName" });
  const base = path.join(root, folder ?? "", file);
  const found = [".js", ".mjs", ".cjs"].map((ending) => base + ending).find((name) => fs.existsSync(name));
  if (!found) throw Object.assign(new Error("the module of the handler is not there"), { kind: "Runtime.ImportModuleError" });
  let module;
  try {
    module = createRequire(base)(found);
  } catch (error) {
    if (error.code !== "ERR_REQUIRE_ESM" && !found.endsWith(".mjs") && !(error instanceof SyntaxError)) throw error;
    module = await import(pathToFileURL(found));
  }
  const pick = (from) => member.split(".").reduce((value, name) => value?.[name], from);
  const handler = pick(module) ?? pick(module.default);
  if (typeof handler !== "function")
    throw Object.assign(new Error("the handler is no function"), { kind: "Runtime.HandlerNotFound" });
  return handler;
}

function contextOf(headers) {
  const deadline = Number(headers["lambda-runtime-deadline-ms"]);
  return {
    awsRequestId: headers["lambda-runtime-aws-request-id"],
    invokedFunctionArn: headers["lambda-runtime-invoked-function-arn"],
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
  };
}

/** A handler answers by promise, by callback, or by `done`, `succeed` and `fail` of its context. */
function run(handler, event, context) {
  return new Promise((resolve, reject) => {
    const done = (error, answer) => (error ? reject(error) : resolve(answer));
    context.done = done;
    context.succeed = resolve;
    context.fail = reject;
    const answer = handler(event, context, done);
    if (typeof answer?.then === "function") answer.then(resolve, reject);
    else if (handler.length < 3 && answer !== undefined) resolve(answer);
  });
}

let handler;
try {
  handler = await load();
} catch (error) {
  const kind = error?.kind ?? (error instanceof SyntaxError ? "Runtime.UserCodeSyntaxError" : "Runtime.ImportModuleError");
  await ask("POST", "init/error", ...told(error, kind));
  process.exit(1);
}
for (;;) {
  const next = await ask("GET", "invocation/next");
  const context = contextOf(next.headers);
  const name = "invocation/" + context.awsRequestId;
  try {
    const answer = await run(handler, JSON.parse(next.body), context);
    await ask("POST", name + "/response", JSON.stringify(answer) ?? "null");
  } catch (error) {
    await ask("POST", name + "/error", ...told(error));
  }
}
