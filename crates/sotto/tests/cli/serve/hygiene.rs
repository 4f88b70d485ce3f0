//! What does a server leave behind? No core file when it is made to abort, and neither a key nor a card number in its files,
//! its log or its temporary folder.

use super::*;
use aws_lc_rs::rsa::{OAEP_SHA256_MGF1SHA256, OaepPublicEncryptingKey, PublicEncryptingKey};
use serde_json::{Value, json};
use std::os::unix::process::ExitStatusExt;

/// SIGABRT.
const ABORT: i32 = 6;
/// A key that is brought along.
const PLANTED: &[u8; 32] = b"canary-key-0123456789-abcdefghij";
/// A published test number.
const CARD: &str = "4111111111111111";

fn abort(id: u32) {
    assert!(Command::new("kill").args(["-ABRT", &id.to_string()]).status().unwrap().success());
}

#[test]
fn a_server_that_aborts_writes_no_core_file() {
    let folder = tempfile::tempdir().unwrap();
    let shell = |script: &str| {
        let mut command = Command::new("sh");
        command.args(["-c", &format!("ulimit -c unlimited && {script}")]).current_dir(folder.path());
        command
    };
    // A process that does not switch them off writes one here, where the machine writes any.
    let mut other = shell("exec sleep 60").spawn().unwrap();
    std::thread::sleep(Duration::from_millis(200));
    abort(other.id());
    let writes = other.wait().unwrap().core_dumped();
    let before = std::fs::read_dir(folder.path()).unwrap().count();
    let mut command =
        shell(&format!("exec {} serve --listen 127.0.0.1:0 --data data", env!("CARGO_BIN_EXE_sotto")));
    command.env("SOTTO_ROOT_ACCESS_KEY_ID", KEY).env("SOTTO_ROOT_SECRET_ACCESS_KEY", SECRET);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut server = Server::run(command);
    let id = server.child.id().to_string();
    let limits = std::fs::read_to_string(format!("/proc/{id}/limits")).unwrap();
    let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
    assert!(core.split_whitespace().nth(4) == Some("0"), "{core}");
    abort(server.child.id());
    let status = server.child.wait().unwrap();
    assert_eq!((status.signal(), status.core_dumped()), (Some(ABORT), false), "others write one: {writes}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), before + 1, "the data, and no core");
}

fn kms(server: &Server, operation: &str, body: &Value) -> Value {
    let request = Signed::new("kms").json(&format!("TrentService.{operation}"), &body.to_string());
    serde_json::from_str(&server.ask(&request.bytes()).fine()).unwrap()
}

const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

fn base64(bytes: &[u8]) -> String {
    let group = |three: &[u8]| {
        let number =
            three.iter().fold(0_u32, |sum, byte| sum << 8 | u32::from(*byte)) << (8 * (3 - three.len()));
        let digit = |at: usize| match at <= three.len() {
            true => char::from(DIGITS[(number >> (18 - 6 * at) & 63) as usize]),
            false => '=',
        };
        [0, 1, 2, 3].map(digit)
    };
    bytes.chunks(3).flat_map(group).collect()
}

fn from_base64(text: &str) -> Vec<u8> {
    let value = |c: u8| DIGITS.iter().position(|digit| *digit == c).unwrap() as u32;
    let group = |four: &[u8]| {
        let used: Vec<u8> = four.iter().copied().filter(|c| *c != b'=').collect();
        let number = used.iter().fold(0, |sum, c| sum << 6 | value(*c)) << (6 * (4 - used.len()));
        number.to_be_bytes()[1..used.len()].to_vec()
    };
    text.as_bytes().chunks(4).flat_map(group).collect()
}

/// All spellings under which a value could be written down.
fn spellings(value: &[u8]) -> Vec<Vec<u8>> {
    let encoded = base64(value);
    let whole = encoded.trim_end_matches('=').as_bytes()[..encoded.len() / 4 * 3].to_vec();
    vec![value.to_vec(), hex(value).into_bytes(), hex(value).to_uppercase().into_bytes(), whole]
}

#[test]
fn planted_keys_and_card_numbers_are_found_nowhere() {
    let folder = tempfile::tempdir().unwrap();
    let (data, spool) = (folder.path().join("data"), folder.path().join("tmp"));
    std::fs::create_dir(&spool).unwrap();
    let mut command = serve(&data, &[]);
    command.env("TMPDIR", &spool);
    let server = Server::run(command);
    let imported = kms(&server, "CreateKey", &json!({"Origin": "EXTERNAL"}))["KeyMetadata"]["KeyId"].clone();
    let wanted =
        json!({"KeyId": imported, "WrappingAlgorithm": "RSAES_OAEP_SHA_256", "WrappingKeySpec": "RSA_2048"});
    let parameters = kms(&server, "GetParametersForImport", &wanted);
    let public =
        PublicEncryptingKey::from_der(&from_base64(parameters["PublicKey"].as_str().unwrap())).unwrap();
    let oaep = OaepPublicEncryptingKey::new(public).unwrap();
    let mut wrapped = vec![0; oaep.ciphertext_size()];
    let wrapped = oaep.encrypt(&OAEP_SHA256_MGF1SHA256, PLANTED, &mut wrapped, None).unwrap().to_vec();
    let brought = json!({
        "KeyId": imported, "ImportToken": parameters["ImportToken"], "EncryptedKeyMaterial": base64(&wrapped),
        "ExpirationModel": "KEY_MATERIAL_DOES_NOT_EXPIRE"
    });
    kms(&server, "ImportKeyMaterial", &brought);
    let sealed = kms(&server, "Encrypt", &json!({"KeyId": imported, "Plaintext": base64(CARD.as_bytes())}));
    let opened = kms(&server, "Decrypt", &json!({"CiphertextBlob": sealed["CiphertextBlob"]}));
    assert_eq!(opened["Plaintext"], base64(CARD.as_bytes()));
    let made = kms(&server, "GenerateDataKey", &json!({"KeyId": imported, "KeySpec": "AES_256"}));
    let data_key = from_base64(made["Plaintext"].as_str().unwrap());
    let root = std::fs::read_to_string(data.join("root.key")).unwrap();
    let digits = root.trim().rsplit_once(' ').unwrap().1.to_owned();
    let root = unhex(&digits);
    let (code, log) = server.end();
    assert_eq!(code, 0);

    let planted: [(&str, &[u8]); 4] = [
        ("imported key", PLANTED),
        ("card number", CARD.as_bytes()),
        ("data key", &data_key),
        ("root key", &root),
    ];
    let mut places = bytes_below(folder.path());
    places.push((PathBuf::from("log"), log.into_bytes()));
    assert!(places.len() > 3);
    for (path, bytes) in places {
        for (what, value) in
            planted.iter().filter(|(what, _)| *what != "root key" || !path.ends_with("root.key"))
        {
            for spelling in spellings(value) {
                assert!(memchr::memmem::find(&bytes, &spelling).is_none(), "{what} in {}", path.display());
            }
        }
    }
}
