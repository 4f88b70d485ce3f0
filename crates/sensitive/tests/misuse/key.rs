use sotto_sensitive::KeyBytes;

fn main() {
    let key = KeyBytes::copied(b"canary");
    let _: KeyBytes = key.clone();
    println!("{key}");
    let _ = key == key;
    let _: &[u8] = &key;
}
