//! `understudy verify`, offline: the public key and a checkpoint tell what was done to a trail.

use std::fs;

use serde_json::json;
use support::{Api, Scenario, Stop, Trail, World, check_golden};

#[test]
fn verify_tells_every_kind_of_tampering_apart() {
    let world = World::start(&scenario());
    make_extensions(&world, "21", 8);
    let trail = world.director().export("mx-one");
    let lines = trail.lines();
    assert!(lines.len() > 10, "{lines:#?}");

    let mut report = String::new();
    let mut say = |what: &str, status, altered: &[String]| {
        report.push_str(&verify(&trail, what, status, altered));
    };
    say("as it was exported", 0, &lines);
    say("a word of record 5 altered", 1, &with(&lines, 5, |line| line.replace("\"ok\"", "\"refused\"")));
    say("record 5 altered so that it is no record", 1, &with(&lines, 5, |_| "{}".to_owned()));
    say("record 5 no longer canonical", 1, &with(&lines, 5, |line| line.replacen(',', ", ", 1)));
    say("records 4 and 5 exchanged", 1, &exchanged(&lines, 4, 5));
    say("record 5 missing", 1, &[&lines[..5], &lines[6..]].concat());
    say("records 5 to 7 missing", 1, &[&lines[..5], &lines[8..]].concat());
    say("the first record missing", 1, &lines[1..]);
    say("the last two records cut off", 1, &lines[..lines.len() - 2]);
    say("all of it gone", 1, &[]);
    say("record 5 there twice", 1, &[&lines[..6], &lines[5..]].concat());
    check_golden("trail/tampering.txt", &report);
}

#[test]
fn verify_tells_a_forked_trail_and_a_lying_keeper() {
    // One history is kept aside, the state folder is put back as it was before, and another history is made.
    let mut world = World::start(&scenario());
    make_extensions(&world, "21", 2);
    world.stop(Stop::Terminate);
    let aside = tempfile::tempdir().expect("a folder");
    copy(&world.state(), &aside.path().join("state"));
    world.start_again();
    make_extensions(&world, "22", 4);
    let first = world.director().export("mx-one");
    world.stop(Stop::Terminate);
    world.move_to(aside.path());
    world.start_again();
    make_extensions(&world, "23", 6);
    let second = world.director().export("mx-one");
    let witness = fs::read_to_string(first.checkpoint()).expect("a checkpoint");
    second.write("witness", &witness);

    let mut report = String::new();
    report.push_str(&verify(&second, "the second history by itself", 0, &second.lines()));
    let output = second.verify(&["witness".into()]);
    assert_eq!(output.status, Some(1), "{}", output.stdout);
    report.push_str(&format!("== the first history's checkpoint was kept elsewhere ==\n{}\n", output.stdout));
    second.write("checkpoint", &witness);
    report.push_str(&verify(&second, "only the first history's checkpoint is there", 1, &second.lines()));
    check_golden("trail/fork.txt", &report);
}

#[test]
fn a_checkpoint_that_proves_nothing_is_named() {
    let world = World::start(&Scenario::of(&["mx-one", "oig"]).frozen_at(START).to_string());
    make_extensions(&world, "21", 2);
    let trail = world.director().export("mx-one");
    let lines = trail.lines();
    let good = fs::read_to_string(trail.checkpoint()).expect("a checkpoint");
    let other = world.director().export("oig");
    let other = fs::read_to_string(other.checkpoint()).expect("a checkpoint");

    let mut report = String::new();
    let size = lines.len();
    let longer = good.replacen(&format!("\n{size}\n"), &format!("\n{}\n", size + 1), 1);
    for (what, text) in [("its size was changed", &longer), ("it is of another site", &other)] {
        trail.write("checkpoint", text);
        report.push_str(&verify(&trail, what, 1, &lines));
    }
    check_golden("trail/checkpoint.txt", &report);
}

#[test]
fn what_verify_cannot_use_is_an_error_of_its_own() {
    let world = World::start(&scenario());
    let trail = world.director().export("mx-one");
    let mut report = String::new();
    let key = fs::read_to_string(trail.folder().join("key")).expect("a key");
    let id = key.split('+').nth(1).expect("a key has an id").to_owned();
    for (what, file, text) in [
        ("the key is none", "key", "not a key"),
        ("the key has a slip", "key", &key.replacen(&id, "00000000", 1)),
        ("the checkpoint has no signature", "checkpoint", "understudy/mx-one\n"),
    ] {
        let kept = fs::read_to_string(trail.folder().join(file)).expect("it is there");
        trail.write(file, text);
        let output = trail.verify(&[]);
        assert_eq!(output.status, Some(2), "{what}: {}", output.stderr);
        report.push_str(&format!("== {what} ==\n{}\n", output.stderr));
        trail.write(file, &kept);
    }
    fs::remove_file(trail.folder().join("trail")).expect("it is there");
    let output = trail.verify(&[]);
    assert_eq!(output.status, Some(2), "{}", output.stderr);
    report.push_str(&format!("== there is no trail ==\n{}", output.stderr));
    check_golden("trail/error.txt", &report);
}

/// What `understudy verify` says of `lines` in the place of the trail's own, under a headline.
#[track_caller]
fn verify(trail: &Trail, what: &str, status: i32, lines: &[String]) -> String {
    let kept = trail.lines().join("\n") + "\n";
    trail.write("trail", &lines.iter().map(|line| format!("{line}\n")).collect::<String>());
    let output = trail.verify(&[]);
    trail.write("trail", &kept);
    assert_eq!(output.status, Some(status), "{what}: {}{}", output.stdout, output.stderr);
    format!("== {what} ==\n{}\n", output.stdout)
}

/// `lines` with the one of record `seq` altered.
#[track_caller]
fn with(lines: &[String], seq: usize, alter: impl FnOnce(&str) -> String) -> Vec<String> {
    let mut altered = lines.to_vec();
    altered[seq] = alter(&lines[seq]);
    assert_ne!(altered, lines, "record {seq} is as it was: {}", lines[seq]);
    altered
}

fn exchanged(lines: &[String], one: usize, other: usize) -> Vec<String> {
    let mut altered = lines.to_vec();
    altered.swap(one, other);
    altered
}

/// Makes extensions over the API, one request at a time: as many records in every run.
#[track_caller]
fn make_extensions(world: &World, prefix: &str, count: u32) {
    let site = world.site("mx-one");
    let mut api = Api::to(&site).expect("the site answers");
    let reply = api.log_in("/auth/login", "mxone_admin", site.password("mxone_admin"));
    assert_eq!(reply.expect("the site answers").status, 200);
    for number in 1..=count {
        let body = json!({ "extensionNumber": format!("{prefix}{number:02}") });
        let reply = api.post("/pm-extension-ms/pm-extension/v1/ip", &body).expect("the site answers");
        assert_eq!(reply.status, 200, "{}", reply.text());
    }
}

fn copy(from: &std::path::Path, to: &std::path::Path) {
    let output = support::run(std::process::Command::new("cp").arg("-a").arg(from).arg(to), "");
    assert!(output.succeeded(), "{}", output.stderr);
}

/// As many records in every run: the clock stands, so nothing happens by itself.
fn scenario() -> String {
    Scenario::of(&["mx-one"]).frozen_at(START).to_string()
}

const START: &str = "2026-11-22T09:00:00Z";
