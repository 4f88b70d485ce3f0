struct Mine(String);

impl sotto_public::LogSafe for Mine {}

fn main() {
    let _ = Mine(String::new());
}
