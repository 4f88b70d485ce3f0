use sotto_public::Public;

fn main() {
    let _ = Public::from(String::from("captured"));
}
