//! Scenario and policy files that are wrong: named with file, line and field, exit status 2, and nothing begun.

use std::fs;
use std::path::Path;

use support::{Output, understudy_in, workspace};

#[test]
fn a_wrong_scenario_is_named_with_line_and_field() {
    let site = "[[sites]]\nid = \"a\"\nproduct = \"mx-one\"\n";
    let account = "[[sites.accounts]]\nname = \"x\"\nrole = \"end-user\"\npassword = \"Lab-Mx1-x!\"\n";
    let many_accounts: String = (0..201).map(|it| account.replace("\"x\"", &format!("\"x{it}\""))).collect();
    let many_sites: String = (0..10_001).map(|it| site.replace("\"a\"", &format!("\"s{it}\""))).collect();
    let deep = format!("seed = {}\n", "[".repeat(50_000));
    let cases: &[(&str, u32, &str)] = &[
        ("colour = \"red\"\n", 1, "colour"),
        (&format!("{site}colour = \"red\"\n"), 4, "sites.colour"),
        (&format!("seed = \"seven\"\n{site}"), 1, "seed"),
        (&format!("seed = -1\n{site}"), 1, "seed"),
        (&format!("seed = 99999999999999999999999\n{site}"), 1, "seed"),
        (&format!("hashing = \"quick\"\n{site}"), 1, "hashing"),
        (&format!("[director]\nport = 65536\n{site}"), 2, "director.port"),
        (&format!("[director]\nport = -1\n{site}"), 2, "director.port"),
        (&format!("[clock]\nstart = \"yesterday\"\n{site}"), 2, "clock.start"),
        ("seed = 1\n", 1, "sites"),
        ("sites = []\n", 1, "sites"),
        ("[[sites]]\nproduct = \"mx-one\"\n", 1, "sites.id"),
        (&many_sites, 1, "sites"),
        ("[[sites]]\nid = \"A b\"\nproduct = \"mx-one\"\n", 2, "sites.id"),
        ("[[sites]]\nid = \"a\"\n", 2, "sites.product"),
        ("[[sites]]\nid = \"a\"\nproduct = \"mx-two\"\n", 3, "sites.product"),
        ("[[sites]]\nid = \"a\"\nproduct = 7\n", 3, "sites.product"),
        (&format!("{site}{site}"), 5, "sites.id"),
        (&format!("{site}policy = \"p.toml\"\n"), 4, "sites.policy"),
        ("[[sites]]\nid = \"a\"\npolicy = \"nowhere.toml\"\n", 3, "sites.policy"),
        ("[[sites]]\nid = \"a\"\npolicy = \".\"\n", 3, "sites.policy"),
        (&format!("{site}release = \"0.0\"\n"), 4, "sites.release"),
        (&format!("{site}profile = \"naked\"\n"), 4, "sites.profile"),
        (&format!("{site}ports = 2201\n"), 4, "sites.ports"),
        (&format!("{site}ports = {{ ssh = 70000 }}\n"), 4, "sites.ports"),
        (&format!("{site}ports = {{ gopher = 70 }}\n"), 4, "sites.ports"),
        (&format!("{site}ports = {{ ssh = 2201, web = 2201 }}\n"), 4, "sites.ports"),
        (&format!("[director]\nport = 2201\n{site}ports = {{ ssh = 2201 }}\n"), 6, "sites.ports"),
        (&format!("{site}{}", account.replace("end-user", "emperor")), 6, "sites.accounts.role"),
        (&format!("{site}{account}class = \"first\"\n"), 8, "sites.accounts.class"),
        (&format!("{site}{account}{account}"), 9, "sites.accounts.name"),
        (&format!("{site}{}", account.replace("\"x\"", "\"mxone_admin\"")), 5, "sites.accounts.name"),
        (&format!("{site}{}", account.replace("\"x\"", "\"a\\u0000b\"")), 5, "sites.accounts.name"),
        (
            &format!("{site}[[sites.accounts]]\nname = \"x\"\nrole = \"end-user\"\n"),
            5,
            "sites.accounts.password",
        ),
        (&format!("{site}{many_accounts}"), 2, "sites.accounts"),
        (
            &format!("{site}{}", account.replace("password = \"Lab-Mx1-x!\"", "password = 7")),
            7,
            "sites.accounts.password",
        ),
        ("[[sites]\nid = \"a\"\n", 1, ""),
        (&deep, 1, "seed"),
    ];
    for (text, line, field) in cases {
        let output = serve(text.as_bytes(), &[]);
        let start = &text[..text.len().min(300)];
        assert!(output.stderr.contains(&format!("world.toml:{line}: {field}")), "{start}\n{}", output.stderr);
    }
}

#[test]
fn a_scenario_that_cannot_be_read_is_named() {
    let output = serve(b"seed = 1\n# \xff\xfe\n", &[]);
    assert!(output.stderr.contains("world.toml:2: the file"), "{}", output.stderr);
    for (what, path) in [("a folder", "."), ("missing", "nowhere.toml")] {
        let folder = tempfile::tempdir().expect("a folder");
        let output = understudy_in(folder.path(), &["serve", path, "--state", "state"]);
        assert_eq!(output.status, Some(2), "{what}: {}", output.stderr);
        assert!(output.stderr.contains(path), "{what}: {}", output.stderr);
        nothing_was_begun(folder.path());
    }
}

#[test]
fn a_wrong_policy_is_named_with_line_and_field() {
    let good = fs::read_to_string(workspace().join("scenarios/harbour-pbx.toml")).expect("it is there");
    // What is replaced, by what, and the field that is to blame; the line is where it stands.
    let cases: &[(&str, &str, &str)] = &[
        ("\nlooks = \"generic\"", "\nlooks = \"baroque\"", "product.looks"),
        ("releases = [\"1.0\"]", "releases = \"1.0\"", "product.releases"),
        ("name = \"Harbour PBX\"", "name = \"Harbour PBX\"\ncolour = \"red\"", "product.colour"),
        ("permissions = [\"*\"]", "permissions = [\"fly\"]", "roles.permissions"),
        ("id = \"mate\"", "id = \"captain\"", "roles.id"),
        ("surfaces = [\"web\", \"api\", \"ssh\"]", "surfaces = [\"smoke\"]", "roles.surfaces"),
        ("keep-last = \"captain\"", "keep-last = \"cook\"", "accounts.keep-last"),
        ("default-role = \"hand\"", "default-role = \"cook\"", "accounts.default-role"),
        ("max = 20", "max = -1", "accounts.max"),
        ("max = 20", "max = 1e3", "accounts.max"),
        ("\nrole = \"hand\"", "\nrole = \"cook\"", "shipped.role"),
        ("failures-max = 4", "failures-max = 0", "lockouts.failures-max"),
        ("failures-max = 4", "failures-max = 99999999999", "lockouts.failures-max"),
        ("lasts = 300", "lasts = \"for ever\"", "lockouts.lasts"),
        ("idle-s = 600", "idle-s = \"ten minutes\"", "sessions.idle-s"),
        ("hardened = \"local\"", "hardened = \"ajar\"", "listeners.hardened"),
        ("transport = \"ssh\"", "transport = \"telnet\"", "listeners.transport"),
        ("read = \"logs.read\"", "read = \"logs.eat\"", "logs.read"),
        ("kind = \"switch\"", "kind = \"lever\"", "settings.kind"),
        ("[product]", "[product]\n[product]", ""),
    ];
    for (from, to, field) in cases {
        let wrong = good.replacen(from, to, 1);
        assert_ne!(wrong, good, "the policy has no {from}");
        let output = serve(WITH_POLICY, wrong.as_bytes());
        assert!(output.stderr.contains("policy.toml:"), "{to}: {}", output.stderr);
        assert!(output.stderr.contains(&format!(": {field}")), "{to}: {}", output.stderr);
        // The line of the field, or of its table where the mistake is not in one line alone.
        let start = good.find(from).unwrap_or(0) + from.len() - from.trim_start().len();
        let at = 1 + good[..start].matches('\n').count();
        let line =
            output.stderr.split("policy.toml:").nth(1).and_then(|it| it.split(':').next()?.parse().ok());
        assert!(line.is_some_and(|it: usize| it.abs_diff(at) <= 6), "{to}: line {at}: {}", output.stderr);
    }
}

#[test]
fn a_policy_that_is_something_else_is_named() {
    let scenario = WITH_POLICY;
    let deep = "[".repeat(50_000);
    let itself = [b"[[sites]]\nid = \"a\"\npolicy = \"world.toml\"\n".as_slice(), b""].concat();
    for (what, scenario, policy) in [
        ("nothing", scenario, b"".as_slice()),
        ("a scenario", scenario, scenario),
        ("noise", scenario, &[7; 1_000]),
        ("no text", scenario, b"[product]\nid = \"\xff\"\n"),
        ("deep", scenario, deep.as_bytes()),
        ("the scenario itself", &itself, b""),
    ] {
        let output = serve(scenario, policy);
        assert!(output.stderr.contains(".toml"), "{what}: {}", output.stderr);
    }
}

#[test]
fn a_replaced_policy_must_be_right_and_be_used() {
    let good = fs::read_to_string(workspace().join("scenarios/harbour-pbx.toml")).expect("it is there");
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), "world.toml", b"[[sites]]\nid = \"a\"\nproduct = \"mx-one\"\n");
    write(folder.path(), "unused.toml", good.as_bytes());
    write(folder.path(), "wrong.toml", good.replace("max = 20", "max = -1").as_bytes());
    for (policy, said) in [
        ("unused.toml", "no site of the scenario"),
        ("wrong.toml", "wrong.toml:"),
        ("nowhere.toml", "nowhere.toml"),
        (".", "."),
    ] {
        let arguments = ["serve", "world.toml", "--state", "state", "--policy", policy];
        let output = understudy_in(folder.path(), &arguments);
        assert_eq!(output.status, Some(2), "{policy}: {}", output.stderr);
        assert!(output.stderr.contains(said), "{policy}: {}", output.stderr);
        nothing_was_begun(folder.path());
    }
}

#[test]
fn check_says_the_same_and_begins_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), "good.toml", b"[[sites]]\nid = \"a\"\nproduct = \"mx-one\"\n");
    write(folder.path(), "bad.toml", b"[[sites]]\nid = \"a\"\nproduct = \"mx-two\"\n");
    let output = understudy_in(folder.path(), &["check", "good.toml"]);
    assert_eq!(output.status, Some(0), "{}{}", output.stdout, output.stderr);
    let output = understudy_in(folder.path(), &["check", "good.toml", "bad.toml"]);
    assert_eq!(output.status, Some(2), "{}{}", output.stdout, output.stderr);
    assert!(output.stdout.contains("bad.toml:3: sites.product"), "{}", output.stdout);
    let output = understudy_in(folder.path(), &["check", "nowhere.toml"]);
    assert_eq!(output.status, Some(2), "{}{}", output.stdout, output.stderr);
    nothing_was_begun(folder.path());
}

/// Serves `scenario`, with `policy` in the file `policy.toml` beside it, which must not be accepted.
#[track_caller]
fn serve(scenario: &[u8], policy: &[u8]) -> Output {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), "world.toml", scenario);
    write(folder.path(), "policy.toml", policy);
    let output = understudy_in(folder.path(), &["serve", "world.toml", "--state", "state"]);
    let start = String::from_utf8_lossy(&scenario[..scenario.len().min(300)]).into_owned();
    assert_eq!(output.status, Some(2), "{start}\n{}{}", output.stdout, output.stderr);
    assert!(!output.stderr.contains("panicked"), "{}", output.stderr);
    assert_eq!(output.stdout, "", "nothing is said to be ready");
    nothing_was_begun(folder.path());
    output
}

fn write(folder: &Path, name: &str, bytes: &[u8]) {
    fs::write(folder.join(name), bytes).expect("a file can be written");
}

/// Neither a state folder nor a key was made.
#[track_caller]
fn nothing_was_begun(folder: &Path) {
    let entries = fs::read_dir(folder).expect("the folder is there").flatten();
    let made: Vec<_> = entries
        .map(|entry| entry.file_name())
        .filter(|name| Path::new(name).extension().is_none_or(|it| it != "toml"))
        .collect();
    assert!(made.is_empty(), "made: {made:?}");
}

const WITH_POLICY: &[u8] = b"[[sites]]\nid = \"a\"\npolicy = \"policy.toml\"\n";
