use sotto_public::{LogSafe, Safe};

#[derive(LogSafe)]
struct Cause {
    message: String,
}

fn main() {
    let text = String::from("captured");
    println!("{}", Safe(&text));
    let _ = Cause { message: text };
}
