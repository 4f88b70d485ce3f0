use sotto_sensitive::RawText;

fn main() {
    println!("{}", RawText::new(String::from("captured")));
}
