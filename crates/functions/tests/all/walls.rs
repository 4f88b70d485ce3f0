//! What a function may not touch: the server's environment and files, other functions' Runtime API, core dumps.

use crate::host::{Stage, interpreters};
use sotto_functions::can_fence;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_function_has_its_own_environment_and_nothing_of_the_servers() {
    if interpreters().python.is_none() {
        return;
    }
    let code = "import os, resource\n\ndef handle(event, context):\n    return {'names': sorted(os.environ), 'core': \
                resource.getrlimit(resource.RLIMIT_CORE)[1], 'home': os.environ['HOME'], 'own': os.environ['OWN'], \
                'lied': os.environ['AWS_LAMBDA_FUNCTION_NAME'], 'user': os.getuid(), 'cwd': os.listdir('.')}\n";
    let stage = Stage::new("python3.13", &[("handler.py", false, code)]);
    let own = [("OWN", "value"), ("AWS_LAMBDA_FUNCTION_NAME", "another"), ("LD_PRELOAD", "/nowhere.so")];
    *stage.desk.environment.lock().unwrap() =
        own.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let seen = stage.answer().await;
    let names: Vec<_> = seen["names"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
    for name in names {
        let expected = name.starts_with("AWS_") || name.starts_with("LAMBDA_") || name.starts_with("PYTHON");
        let others = [
            "_HANDLER",
            "TZ",
            "LANG",
            "HOME",
            "TMPDIR",
            "PATH",
            "LD_LIBRARY_PATH",
            "OWN",
            "LD_PRELOAD",
            "LC_CTYPE",
        ];
        assert!(expected || others.contains(&name), "{name}");
    }
    assert_eq!((&seen["core"], &seen["own"], &seen["lied"]), (&0.into(), &"value".into(), &"tried".into()));
    assert_eq!(seen["cwd"], serde_json::json!(["handler.py"]));
    if rustix_is_root() {
        assert!(seen["user"].as_u64().unwrap() >= 1_900_000_000, "{}", seen["user"]);
    }
}

fn rustix_is_root() -> bool {
    std::fs::read_to_string("/proc/self/status").unwrap().contains("Uid:\t0\t")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_servers_files_are_out_of_reach() {
    if interpreters().python.is_none() || !(can_fence() || rustix_is_root()) {
        return;
    }
    let mut secret = tempfile::NamedTempFile::new().unwrap();
    std::io::Write::write_all(&mut secret, b"root key").unwrap();
    let code = "import os\n\ndef tried(what):\n    try:\n        what()\n        return 'done'\n    except OSError:\n        return \
                'refused'\n\ndef handle(event, context):\n    secret, server = os.environ['SECRET'], os.environ['SERVER']\n    \
                return [tried(lambda: open(secret).read()), tried(lambda: open('/proc/' + server + '/environ').read()), \
                tried(lambda: os.kill(int(server), 0)), tried(lambda: open('written.txt', 'w')), \
                tried(lambda: open(os.environ['TMPDIR'] + '/mine', 'w')), tried(lambda: os.chmod('handler.py', 0o777))]\n";
    let stage = Stage::new("python3.13", &[("handler.py", false, code)]);
    *stage.desk.environment.lock().unwrap() = vec![
        ("SECRET".to_owned(), secret.path().display().to_string()),
        ("SERVER".to_owned(), std::process::id().to_string()),
    ];
    let seen = stage.answer().await;
    let seen: Vec<_> = seen.as_array().unwrap().iter().map(|word| word.as_str().unwrap()).collect();
    assert_eq!(&seen[..5], ["refused", "refused", "refused", "refused", "done"]);
    if rustix_is_root() {
        assert_eq!(seen[5], "refused");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_functions_runtime_api_does_not_answer() {
    if interpreters().python.is_none() {
        return;
    }
    let victim = "import os, time\n\ndef handle(event, context):\n    print('AT ' + os.environ['AWS_LAMBDA_RUNTIME_API'] + ' OF ' + \
                  str(os.getpgrp()))\n    \
                  time.sleep(4)\n    return 'untouched'\n";
    let victim = Stage::new("python3.13", &[("handler.py", false, victim)]);
    let thief = "import http.client, os\n\ndef handle(event, context):\n    try:\n        \
                 os.setpgid(0, int(os.environ['OF']))\n        return 'entered'\n    except OSError:\n        pass\n    \
                 c = http.client.HTTPConnection(os.environ['TO'], timeout=5)\n    \
                 try:\n        c.request('GET', '/2018-06-01/runtime/invocation/next')\n        return \
                 c.getresponse().status\n    except (OSError, http.client.HTTPException):\n        return 'no answer'\n";
    let thief = Stage::new("python3.13", &[("handler.py", false, thief)]);
    let (answered, stolen) = tokio::join!(victim.answer(), async {
        assert!(victim.logs("AT 127.64.").await);
        let line =
            victim.desk.lines.lock().unwrap().iter().find(|line| line.starts_with("AT ")).unwrap().clone();
        let (to, group) = line.trim_start_matches("AT ").split_once(" OF ").unwrap();
        let (to, given) =
            (to.to_owned(), [("TO".to_owned(), to.to_owned()), ("OF".to_owned(), group.to_owned())]);
        thief.desk.environment.lock().unwrap().extend(given);
        // The server itself is no process of the function either.
        let ours = std::thread::spawn(move || {
            use std::io::{Read, Write};
            let mut stream = std::net::TcpStream::connect(to).unwrap();
            let _sent =
                stream.write_all(b"GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: x\r\n\r\n");
            let mut read = Vec::new();
            let _read = stream.read_to_end(&mut read);
            read.len()
        });
        (thief.answer().await, ours.join().unwrap())
    });
    assert_eq!((answered, stolen), ("untouched".into(), ("no answer".into(), 0)));
}
