//! Does a server keep its store under a root key that never leaves a token? SoftHSM2, with the token taken away, the wrong PIN,
//! and the key lost.

use super::*;

const MODULES: [&str; 3] = [
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so",
];
const CLUSTER: &str = "cluster-2a23b4cdefg";

struct Place {
    folder: tempfile::TempDir,
    module: PathBuf,
}

impl Place {
    fn new() -> Option<Self> {
        let module = MODULES.iter().map(PathBuf::from).find(|path| path.exists());
        let module = installed(module.unwrap_or_else(|| PathBuf::from(MODULES[0])))?;
        let place = Self { folder: tempfile::tempdir().unwrap(), module };
        std::fs::create_dir(place.at("tokens")).unwrap();
        let tokens = place.at("tokens");
        place.write(
            "softhsm2.conf",
            &format!("directories.tokendir = {}\nobjectstore.backend = file\n", tokens.display()),
        );
        let made = Command::new("softhsm2-util")
            .args(["--init-token", "--free", "--label", "sotto-canary", "--so-pin", "canary-5678"])
            .args(["--pin", "canary-1234"])
            .env("SOFTHSM2_CONF", place.at("softhsm2.conf"))
            .output()
            .unwrap();
        assert!(made.status.success(), "{made:?}");
        place.pin("canary-1234");
        place.write(
            "sotto.toml",
            &format!(
                "[serve.devices.{CLUSTER}]\nmodule = '{}'\ntoken = 'sotto-canary'\npin_file = '{}'\ntimeout = 5\n",
                place.module.display(),
                place.at("pin").display()
            ),
        );
        Some(place)
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    #[expect(clippy::disallowed_methods, reason = "a test writes its own input")]
    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.at(name), text).unwrap();
    }

    fn pin(&self, pin: &str) {
        use std::os::unix::fs::PermissionsExt;
        self.write("pin", pin);
        std::fs::set_permissions(self.at("pin"), PermissionsExt::from_mode(0o600)).unwrap();
    }

    fn sotto(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sotto"));
        command.args(args).arg("--data").arg(self.at("data")).arg("--config").arg(self.at("sotto.toml"));
        command.env("SOFTHSM2_CONF", self.at("softhsm2.conf")).env_remove("SOTTO_PASSPHRASE");
        command.env("SOTTO_ROOT_ACCESS_KEY_ID", KEY).env("SOTTO_ROOT_SECRET_ACCESS_KEY", SECRET);
        command
    }

    /// A run that ends, and its words.
    fn run(&self, args: &[&str]) -> (bool, String) {
        let run = self.sotto(args).output().unwrap();
        let said = [run.stdout, run.stderr].concat();
        (run.status.success(), String::from_utf8(said).unwrap())
    }

    fn starts(&self) {
        let mut serve = self.sotto(&["serve", "--listen", "127.0.0.1:0", "--log", "off"]);
        let mut child = serve.stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let listening = lines.map_while(Result::ok).any(|line| line.starts_with("listening "));
        Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
        assert!(child.wait().unwrap().success() && listening);
    }

    fn refused(&self, expected: &str) {
        let (fine, said) = self.run(&["serve", "--listen", "127.0.0.1:0", "--log", "off"]);
        assert!(!fine && said.contains(expected) && !said.contains("canary-"), "{expected}: {said}");
    }
}

impl Place {
    /// A server, and what a step of the script says about it.
    fn step(&self, python: &Path, log: &str, steps: &[&[&str]]) -> Vec<String> {
        let mut serve = self.sotto(&["serve", "--listen", "127.0.0.1:0", "--log", "debug"]);
        let stderr = std::fs::File::options().create(true).append(true).open(self.at(log)).unwrap();
        let mut child = serve.stdout(Stdio::piped()).stderr(stderr).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
        let address = lines.find_map(|line| line.strip_prefix("listening ").map(str::to_owned)).unwrap();
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients/key_stores.py");
        let mut said = Vec::new();
        for step in steps {
            if let ["mv", from, to] = step {
                std::fs::rename(from, to).unwrap();
                continue;
            }
            let mut run = Command::new(python);
            run.args(["-W", "ignore"])
                .arg(&script)
                .arg(format!("http://{address}"))
                .arg("canary-1234")
                .args(*step);
            run.env("AWS_ACCESS_KEY_ID", KEY).env("AWS_SECRET_ACCESS_KEY", SECRET);
            let run = run.output().unwrap();
            let words = String::from_utf8([run.stdout, run.stderr].concat()).unwrap();
            assert!(run.status.success(), "{step:?}: {words}");
            said.push(words);
        }
        Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
        assert!(child.wait().unwrap().success());
        said
    }
}

#[test]
fn keys_of_a_custom_key_store_stay_in_the_token() {
    let Some(place) = Place::new() else { return };
    let Some(python) = installed(root().join(".venv/bin/python")) else { return };
    // The PIN is the store's password: no file has it, and it must last over a new start.
    let module = place.module.display();
    let device =
        format!("[serve.devices.{CLUSTER}]\nmodule = '{module}'\ntoken = 'sotto-canary'\ntimeout = 5\n");
    place.write("sotto.toml", &device);
    let made = place.step(&python, "log", &[&["make"]]).remove(0);
    let (key, blob) = made.trim().split_once(' ').unwrap();
    let token = std::fs::read_dir(place.at("tokens")).unwrap().next().unwrap().unwrap().path();
    let (here, away) = (token.to_str().unwrap().to_owned(), place.at("away").to_str().unwrap().to_owned());
    place.step(
        &python,
        "log",
        &[
            &["use", key, blob],
            &["mv", &here, &away],
            &["away", key, blob],
            &["mv", &away, &here],
            &["use", key, blob],
        ],
    );
    for name in ["log", "data/store"] {
        let found =
            Command::new("grep").args(["-r", "-l", "-a", "canary"]).arg(place.at(name)).output().unwrap();
        assert!(found.stdout.is_empty(), "{}", String::from_utf8_lossy(&found.stdout));
    }
}

#[test]
fn the_root_key_stays_in_a_token_and_every_fault_is_told() {
    let Some(place) = Place::new() else { return };
    let source = format!("device:{CLUSTER}/sotto-root");
    let (fine, said) = place.run(&["keys", "init", "--source", &source]);
    assert!(fine && said.contains(&format!("root key 1: device {CLUSTER}, key sotto-root")), "{said}");
    place.starts();
    assert!(!place.at("data/root.key").exists());
    let (fine, said) = place.run(&["keys", "status"]);
    assert!(fine && said.contains("store       opens") && said.contains("answers"), "{said}");

    // Wrong PIN; the file with it open to others; the token taken away; and all is well again.
    place.pin("canary-wrong");
    place.refused("the token refused the PIN");
    place.pin("canary-1234");
    let token = std::fs::read_dir(place.at("tokens")).unwrap().next().unwrap().unwrap().path();
    std::fs::rename(&token, place.at("away")).unwrap();
    place.refused("the token is absent");
    std::fs::rename(place.at("away"), &token).unwrap();
    place.starts();

    // To another key of the token, to a file, and back.
    let (fine, said) = place.run(&["keys", "rotate-root"]);
    assert!(fine && said.contains("root key 2: device") && said.contains("key sotto-root-2"), "{said}");
    place.starts();
    let (fine, said) = place.run(&["keys", "rotate-root", "--to", "file"]);
    assert!(fine && said.contains("root key 3: file"), "{said}");
    place.starts();
    let (fine, said) = place.run(&["keys", "rotate-root", "--to", &format!("device:{CLUSTER}/again")]);
    assert!(fine && said.contains("root key 4: device") && said.contains("root.key.3"), "{said}");
    place.starts();

    // The key is gone from the token: nothing opens, and nothing new is made.
    for entry in std::fs::read_dir(&token).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if name.ends_with(".object") && name != "token.object" {
            std::fs::remove_file(path).unwrap();
        }
    }
    place.refused("the token holds no key of this name");
    let (fine, said) = place.run(&["doctor"]);
    assert!(!fine && said.contains("PROBLEM  root key: the token holds no key of this name"), "{said}");
}
