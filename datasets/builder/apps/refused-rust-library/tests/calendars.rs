#[test]
fn centuries_differ() {
    assert!(!leapday::gregorian(1900));
    assert!(leapday::julian(1900));
}
