use sotto_public::{Decoder, Public, Storable};

fn main() {
    let mut typed = Decoder::new(b"\x08captured");
    let _ = Public::<String>::decode(&mut typed);
}
