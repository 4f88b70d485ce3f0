use sotto_public::{LogSafe, Storable};
use sotto_sensitive::RawText;

#[derive(LogSafe)]
struct Event {
    text: RawText,
}

#[derive(Storable)]
struct Row {
    text: RawText,
}

fn main() {
    let _ = (Event { text: RawText::default() }, Row { text: RawText::default() });
}
