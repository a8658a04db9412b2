use super::*;

const SMALL: &str = r#"seed = 7
hashing = "low"

[clock]
start = "2026-11-22T09:00:00Z"
frozen = true

[director]
port = 8440

[[sites]]
id = "north"
product = "mx-one"
ports = { ssh = 2201, web = 8441 }

[[sites.accounts]]
name = "ada"
role = "administrator"
password = "Ada-1"

[[sites]]
id = "harbour"
policy = "harbour.toml"
profile = "as-shipped"
ports = 0
"#;

/// Replaces one line of the small scenario and compares the whole error text.
#[track_caller]
fn check(line: &str, replacement: &str, expected: &str) {
    assert!(SMALL.contains(line), "no line {line:?}");
    let error = Scenario::parse("small.toml", &SMALL.replacen(line, replacement, 1)).expect_err("a mistake");
    assert_eq!(error.to_string(), expected);
}

#[test]
fn a_scenario_is_read_whole() {
    let scenario = Scenario::parse("small.toml", SMALL).expect("valid");
    assert_eq!(scenario.seed, 7);
    assert_eq!(scenario.hashing, HashingLevel::Low);
    assert_eq!(scenario.clock.start, Timestamp::parse("2026-11-22T09:00:00Z"));
    assert!(scenario.clock.frozen);
    assert_eq!(scenario.director.port, 8440);
    let [north, harbour] = scenario.sites.as_slice() else { panic!("two sites") };
    assert_eq!(north.profile, Profile::Lab);
    assert_eq!(north.fixed_ports(), BTreeMap::from([("ssh".to_owned(), 2201), ("web".to_owned(), 8441)]));
    assert_eq!(harbour.ports.as_ref().map(Spanned::get_ref), Some(&Ports::Free));
    assert_eq!(harbour.profile, Profile::AsShipped);
    assert_eq!(harbour.policy.as_ref().map(|it| it.get_ref().as_str()), Some("harbour.toml"));
}

#[test]
fn a_scenario_says_little_where_defaults_do() {
    let scenario = Scenario::parse("s.toml", "[[sites]]\nid = \"a\"\nproduct = \"oig\"\n").expect("valid");
    assert_eq!(scenario.hashing, HashingLevel::Recommended);
    assert_eq!(scenario.clock.start, None);
    assert!(!scenario.clock.frozen);
}

#[test]
fn a_scenario_does_not_show_its_passwords() {
    let scenario = Scenario::parse("small.toml", SMALL).expect("valid");
    assert!(!format!("{scenario:?}").contains("Ada-1"));
}

#[test]
fn mistakes_name_file_line_and_field() {
    check(
        "seed = 7",
        "sead = 7",
        "small.toml:1: sead: unknown field `sead`, expected one of `seed`, `hashing`, `clock`, `director`, `sites`",
    );
    check(
        "hashing = \"low\"",
        "hashing = \"none\"",
        "small.toml:2: hashing: unknown variant `none`, expected `low` or `recommended`",
    );
    check(
        "start = \"2026-11-22T09:00:00Z\"",
        "start = \"monday\"",
        "small.toml:5: clock.start: expected a moment such as \"2026-11-22T09:00:00Z\"",
    );
    check(
        "port = 8440",
        "port = 70000",
        "small.toml:9: director.port: invalid value: integer `70000`, expected u16",
    );
    check(
        "id = \"north\"",
        "id = \"North\"",
        "small.toml:12: sites.id: a site id is 1 to 63 of a-z, 0-9 and -, and does not begin with -",
    );
    check(
        "product = \"mx-one\"",
        "",
        "small.toml:12: sites.product: a site needs a product or a policy file",
    );
    check(
        "policy = \"harbour.toml\"",
        "policy = \"h.toml\"\nproduct = \"oig\"",
        "small.toml:23: sites.policy: a site has either a product or a policy file, not both",
    );
    check(
        "ports = { ssh = 2201, web = 8441 }",
        "ports = 2201",
        "small.toml:14: sites.ports: invalid value: integer `2201`, expected 0, or the port of each listener such as { ssh = 2201 }",
    );
    check(
        "ports = 0",
        "ports = { web = 8441 }",
        "small.toml:25: sites.ports: port 8441 for \"web\" of the site \"harbour\" is used by \"web\" of the site \"north\" already",
    );
    check(
        "web = 8441",
        "web = 8440",
        "small.toml:14: sites.ports: port 8440 for \"web\" of the site \"north\" is used by the director already",
    );
    check("id = \"harbour\"", "id = \"north\"", "small.toml:22: sites.id: there is already a site \"north\"");
    check(
        "profile = \"as-shipped\"",
        "profile = \"open\"",
        "small.toml:24: sites.profile: unknown variant `open`, expected one of `as-shipped`, `hardened`, `lab`",
    );
    check(
        "password = \"Ada-1\"",
        "",
        "small.toml:17: sites.accounts.password: the account needs a password, a pin or keys to log in with",
    );
}

#[test]
fn a_scenario_has_sites_but_not_too_many() {
    let error = Scenario::parse("s.toml", "sites = []").expect_err("none");
    assert_eq!(error.to_string(), "s.toml:1: sites: there are 0 sites; a scenario has 1 to 10000");
    let many = |count: usize| {
        (0..count).map(|it| format!("[[sites]]\nid = \"s{it}\"\nproduct = \"oig\"\n")).collect::<String>()
    };
    assert!(Scenario::parse("s.toml", &many(10_000)).is_ok());
    assert!(Scenario::parse("s.toml", &many(10_001)).is_err());
}

#[test]
fn people_beyond_a_limit_and_words_that_are_unknown_are_named() {
    let mistakes = |people: &str| {
        let text = format!("[[sites]]\nid = \"north\"\nproduct = \"mx-one\"\n[sites.people]\n{people}\n");
        let error = Scenario::parse("scenario.toml", &text).expect_err("a mistake");
        error.mistakes.into_iter().map(|it| (it.line, it.field)).collect::<Vec<_>>()
    };
    assert_eq!(mistakes("count = 1000001"), [(5, "sites.people.count".to_owned())]);
    let both = [(6, "sites.people.chats".to_owned()), (7, "sites.people.calls".to_owned())];
    assert_eq!(mistakes("count = 2\nchats = 2001\ncalls = 9999999"), both);
    for wrong in ["count = 1\nvoicemails = 2", "count = -1", "seed = 1", "count = 1\nplanted = 3"] {
        assert_eq!(mistakes(wrong).len(), 1, "{wrong}");
    }
}
