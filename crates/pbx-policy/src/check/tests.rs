use crate::Policy;

mod data;

const SMALL: &str = include_str!("small.toml");

/// Replaces one line of the small policy and compares the whole error text.
#[track_caller]
fn check(line: &str, replacement: &str, expected: &str) {
    assert!(SMALL.contains(line), "no line {line:?}");
    let text = SMALL.replacen(line, replacement, 1);
    let error = Policy::parse("small.toml", &text).expect_err("a mistake");
    assert_eq!(error.to_string(), expected);
}

#[test]
fn a_small_policy_is_enough() {
    let policy = Policy::parse("small.toml", SMALL).expect("valid");
    assert_eq!(policy.product.id, "small");
    assert!(policy.roles[0].covers("accounts.read"));
    assert!(!policy.roles[1].covers("accounts.read"));
}

#[test]
fn a_field_that_is_missing_is_named_though_it_has_no_line_of_its_own() {
    check("paper = \"none\"", "", "small.toml:2: product.paper: missing field `paper`");
    let error = Policy::parse("small.toml", "[permissions]\n").expect_err("a mistake");
    assert_eq!(error.to_string(), "small.toml:1: product: missing field `product`");
}

#[test]
fn a_file_that_is_no_text_is_named_with_the_line() {
    let bytes = [b"a = 1\nb = ".as_slice(), &[0xff]].concat();
    let error = std::str::from_utf8(&bytes).expect_err("no text");
    let error = crate::PolicyError::of_bytes("small.toml", &bytes, error);
    assert_eq!(error.to_string(), "small.toml:2: the file: is not UTF-8 text");
}

#[test]
fn mistakes_name_file_line_and_field() {
    check(
        "idle-s = 600",
        "idel-s = 600",
        "small.toml:38: sessions.idel-s: unknown field `idel-s`, expected one of `idle-s`, `absolute-s`, `parallel-max`, `parallel-roles`",
    );
    check(
        "idle-s = 600",
        "idle-s = \"ten\"",
        "small.toml:38: sessions.idle-s: invalid type: string \"ten\", expected u64",
    );
    check(
        "permissions = [\"accounts.*\"]",
        "permissions = [\"acounts.*\"]",
        "small.toml:13: roles.permissions: \"acounts.*\" covers no permission declared in [permissions]",
    );
    check("role = \"administrator\"", "role = \"admin\"", "small.toml:27: shipped.role: \"admin\" is no role declared in [[roles]]\nsmall.toml:23: accounts.keep-last: \"administrator\" is the role of no shipped account".split_once('\n').map(|(a, b)| format!("{b}\n{a}")).expect("two").as_str());
    check(
        "failures-max = 3",
        "failures-max = 0",
        "small.toml:30: lockouts.failures-max: must be from 1 to 100",
    );
    check(
        "lasts = 600",
        "lasts = \"for ever\"",
        "small.toml:34: lockouts.lasts: invalid value: string \"for ever\", expected seconds as a whole number, or \"until-unlocked\"",
    );
}
