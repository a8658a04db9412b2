//! The state folder: closed to others, used by one process, and without a secret or a person's name in clear.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use serde_json::json;
use support::{Api, Scenario, Stop, World, curl, scenario, ssh};

#[test]
fn a_second_process_on_the_same_state_says_so_and_ends() {
    let world = World::start(&scenario("mx-one"));
    let output = world.start_second();
    assert_eq!(output.status, Some(1), "{}", output.stderr);
    assert!(output.stderr.contains("is in use"), "{}", output.stderr);
    assert!(output.stderr.contains(&*world.state().to_string_lossy()), "{}", output.stderr);
    super::still_serves(&world.site("mx-one"));
    super::is_unharmed(world);
}

#[test]
fn the_state_is_open_to_its_owner_only() {
    let mut world = World::start(&Scenario::five().to_string());
    super::still_serves(&world.site("mx-one"));
    check_modes(&world);
    world.stop(Stop::Kill);
    check_modes(&world);
    world.start_again();
    check_modes(&world);
    world.stop(Stop::Terminate);
    check_modes(&world);
}

#[test]
fn nothing_on_the_disk_has_a_password_or_a_persons_name_in_clear() {
    let mut world = World::start(&Scenario::five().to_string());
    let mut typed = log_in_everywhere(&world);
    typed.extend(name_people(&world));
    typed.extend(world.endpoints().sites.iter().flat_map(|it| &it.accounts).map(|it| it.password.clone()));
    // Shorter than this and it is found in any noise.
    typed.retain(|it| it.len() >= 6);
    // The word "password" is a shipped password of one product, and a word of the recorder's.
    typed.retain(|it| it != "password");
    typed.extend(PEOPLE.iter().map(|&it| it.to_owned()));

    let key = fs::read(world.root_key()).expect("there is a root key");
    check_contents(&world, &typed, &key);
    world.stop(Stop::Terminate);
    check_contents(&world, &typed, &key);
}

/// Right and wrong passwords over every face; returns all that were typed.
#[track_caller]
fn log_in_everywhere(world: &World) -> Vec<String> {
    let mut typed = Vec::new();
    let mx_one = world.site("mx-one");
    let right = mx_one.password("mxone_admin").to_owned();
    assert_eq!(ssh(&mx_one, "mxone_admin", &right).exec("help").status, Some(0));
    assert_eq!(ssh(&mx_one, "mxone_admin", "Typed-Wrong-Ssh-1").exec("help").status, Some(255));
    typed.extend([right, "Typed-Wrong-Ssh-1".to_owned()]);
    for (site, name, account) in [
        ("mx-one", "userId", "ivo.brandt"),
        ("office-400", "username", "tomas.reyl"),
        ("app-suite", "username", "alma.berg"),
    ] {
        let wrong = format!("Typed-Wrong-Web-{site}");
        let refused = curl(&world.site(site)).post_form("/login", &[(name, account), ("password", &wrong)]);
        assert!(refused.status < 500, "{site}: {} {}", refused.status, refused.body);
        typed.push(wrong);
        // A password typed where the name belongs is the oldest leak of all.
        let slip = format!("Typed-As-Name-{site}");
        curl(&world.site(site)).post_form("/login", &[(name, &slip), ("password", "x")]);
        typed.push(slip);
        let refused = world.director().get(&format!("/sites/{site}/records?event=auth.rejected"));
        let count = refused["records"].as_array().map_or(0, Vec::len);
        assert!(count >= 2, "{site} took {count} of two logins for logins: {refused}");
    }
    typed
}

/// Persons and their passwords, given over the API and typed at the shell; returns the passwords.
#[track_caller]
fn name_people(world: &World) -> Vec<String> {
    let site = world.site("mx-one");
    let mut api = Api::to(&site).expect("the site answers");
    let reply = api.log_in("/auth/login", "mxone_admin", site.password("mxone_admin"));
    assert_eq!(reply.expect("the site answers").status, 200);
    let ok = |reply: std::io::Result<support::Reply>| {
        let reply = reply.expect("the site answers");
        assert_eq!(reply.status, 200, "{}", reply.text());
    };
    let user = json!({ "name": "ottoline.quill", "full-name": "Ottoline Quillfeather", "password": "Typed-New-77!" });
    ok(api.post("/pm-api/v1/users", &user));
    ok(api.request(
        "PUT",
        "/pm-api/v1/users/ottoline.quill/password",
        Some(&json!({ "password": "Typed-Set-88!" })),
    ));
    ok(api.post("/pm-extension-ms/pm-extension/v1/ip", &json!({ "dir": "2107" })));
    ok(api.post("/pm-api/v1/names/2107", &json!({ "name1": "Barnabas", "name2": "Thistlewood" })));
    let typed = ssh(&site, "mxone_admin", site.password("mxone_admin")).shell(
        "extension -i -d 2108\nname -i -d 2108 --name1 Cordelia --name2 Wintergreen\nname Marmaduke\nexit\n",
    );
    assert!(typed.stdout.contains("Executed."), "{}", typed.stdout);
    vec!["Typed-New-77!".to_owned(), "Typed-Set-88!".to_owned()]
}

/// Every folder is 0700 and every file 0600.
#[track_caller]
fn check_modes(world: &World) {
    let state = world.state();
    let mut wrong = Vec::new();
    for path in walk(&state).into_iter().chain([state.clone(), world.root_key()]) {
        let data = fs::symlink_metadata(&path).expect("it is there");
        let (mode, wanted) = (data.permissions().mode() & 0o7777, if data.is_dir() { 0o700 } else { 0o600 });
        if mode != wanted {
            wrong.push(format!("{} {mode:04o}", path.display()));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// No file of the state, nor the log, has any of `words`; no file of the state has the root key.
#[track_caller]
fn check_contents(world: &World, words: &[String], key: &[u8]) {
    let log = ("the log".to_owned(), world.log().into_bytes());
    let files = walk(&world.state()).into_iter().filter(|it| it.is_file());
    let files = files.map(|it| (it.display().to_string(), fs::read(&it).expect("a file can be read")));
    let files: Vec<_> = files.chain([log]).collect();
    assert!(
        files.iter().map(|(_, bytes)| bytes.len()).sum::<usize>() > 10_000,
        "there is a state to look at"
    );
    for (name, bytes) in &files {
        let found: Vec<_> = words.iter().filter(|word| contains(bytes, word.as_bytes())).collect();
        assert!(found.is_empty(), "{name} has {found:?}");
        assert!(!contains(bytes, key.trim_ascii()), "{name} has the root key");
        // No file name says it either.
        let named: Vec<_> = words.iter().filter(|word| name.contains(word.as_str())).collect();
        assert!(named.is_empty(), "{name} is called {named:?}");
    }
}

fn contains(bytes: &[u8], word: &[u8]) -> bool {
    // Quick for what is nearly always absent: most bytes are not the first of the word.
    let first = word[0];
    bytes.iter().enumerate().any(|(at, byte)| *byte == first && bytes[at..].starts_with(word))
}

/// Everything below `folder`.
fn walk(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(walk(&path));
        }
        found.push(path);
    }
    found
}

/// Persons that exist in the laboratory or were named by the test. All invented.
const PEOPLE: &[&str] = &[
    "Ottoline",
    "ottoline",
    "Quillfeather",
    "Barnabas",
    "Thistlewood",
    "Cordelia",
    "Wintergreen",
    "Marmaduke",
    "ivo.brandt",
    "tomas.reyl",
    "alma.berg",
    "lea.sommer",
];
