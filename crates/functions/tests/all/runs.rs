//! Functions of three families run unmodified: events, answers, errors, output, warm processes.

use crate::host::{Stage, interpreters, text};
use sotto_functions::Failed;

const PYTHON: &str = "import os, sys\ncount = 0\n\ndef handle(event, context):\n    global count\n    count += 1\n    \
                      print('seen', event['inputTranscript'])\n    print('twice', file=sys.stderr)\n    return {'count': count, \
                      'pid': os.getpid(), 'given': event['sessionState']['sessionAttributes']['given'], \
                      'left': context.get_remaining_time_in_millis() > 0, 'arn': context.invoked_function_arn}\n";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_python_function_answers_and_its_process_is_used_again() {
    if interpreters().python.is_none() {
        return;
    }
    let stage = Stage::new("python3.13", &[("handler.py", false, PYTHON)]);
    let (one, two) = (stage.answer().await, stage.answer().await);
    assert_eq!((&one["count"], &two["count"], &one["pid"]), (&1.into(), &2.into(), &two["pid"]));
    assert_eq!((&one["given"], &one["left"]), (&"canary".into(), &true.into()));
    assert_eq!(one["arn"], stage.of.arn.get().as_str());
    for wanted in [
        "seen hello",
        "twice",
        "START RequestId: ",
        "END RequestId: ",
        "REPORT RequestId: ",
        "Init Duration: ",
    ] {
        assert!(stage.logs(wanted).await, "{wanted}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_error_of_a_function_is_its_answer_and_its_process_goes_on() {
    if interpreters().python.is_none() {
        return;
    }
    let code = "def handle(event, context):\n    raise KeyError('missing')\n";
    let stage = Stage::new("python3.8", &[("handler.py", false, code)]);
    let outcome = stage.invoke().await;
    assert_eq!(outcome.failed, Some(Failed::Function));
    let answer: serde_json::Value = serde_json::from_str(&text(&outcome.answer)).unwrap();
    assert_eq!(answer["errorType"], "KeyError");
    assert!(stage.invoke().await.cold.is_none());
    assert!(stage.logs("NOTICE The runtime python3.8 is retired").await && stage.logs("[ERROR] ").await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_function_that_does_not_parse_says_so() {
    if interpreters().python.is_none() {
        return;
    }
    let stage = Stage::new("python3.13", &[("handler.py", false, "def handle(event, context)\n")]);
    let outcome = stage.invoke().await;
    assert_eq!(outcome.failed, Some(Failed::Init));
    assert!(text(&outcome.answer).contains("Runtime.UserCodeSyntaxError"), "{}", text(&outcome.answer));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn node_functions_answer_by_promise_and_by_callback() {
    if interpreters().node.is_none() {
        return;
    }
    let promise = "export const handle = async (event) => ({ said: event.inputTranscript });\n";
    let stage = Stage::new("nodejs22.x", &[("handler.mjs", false, promise)]);
    assert_eq!(stage.answer().await["said"], "hello");
    let callback =
        "exports.handle = (event, context, callback) => { console.log('told'); callback(null, 7); };\n";
    let stage = Stage::new("nodejs14.x", &[("handler.js", false, callback)]);
    assert_eq!(stage.answer().await, 7);
    assert!(stage.logs("told").await && stage.logs("NOTICE The runtime nodejs14.x").await);
    let broken = "exports.handle = async () => { throw new TypeError('no'); };\n";
    let stage = Stage::new("nodejs22.x", &[("handler.js", false, broken)]);
    let outcome = stage.invoke().await;
    assert_eq!(outcome.failed, Some(Failed::Function));
    assert!(text(&outcome.answer).contains("TypeError"));
}

/// A bootstrap that speaks the Runtime API by itself, as programs of other languages do.
const BOOTSTRAP: &str = "#!/usr/bin/python3\nimport http.client, os\nc = http.client.HTTPConnection(os.environ['AWS_LAMBDA_RUNTIME_API'])\n\
                         while True:\n    c.request('GET', '/2018-06-01/runtime/invocation/next')\n    r = c.getresponse()\n    \
                         r.read()\n    i = r.headers['Lambda-Runtime-Aws-Request-Id']\n    c.request('POST', \
                         '/2018-06-01/runtime/invocation/wrong/response', 'x')\n    w = c.getresponse()\n    w.read()\n    \
                         c.request('POST', '/2018-06-01/runtime/invocation/' + i + '/response', str(w.status))\n    \
                         c.getresponse().read()\n";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_program_of_its_own_runs_and_a_wrong_id_is_told() {
    if !std::path::Path::new("/usr/bin/python3").is_file() {
        return;
    }
    let stage = Stage::new("provided.al2023", &[("bootstrap", true, BOOTSTRAP)]);
    assert_eq!(stage.answer().await, 400);
    assert_eq!(stage.answer().await, 400);
}
