//! Dialogues over SSH, word for word: each file below `tests/golden/transcript` is replayed against a world of its
//! own, whose clock stands still.
//!
//! The first line of a file says who logs in. What was typed stands in «», where it was typed; all the rest was
//! printed. To record a new dialogue, write its prompts with what to type, and `make golden`.

use std::collections::BTreeMap;
use std::fs;

use support::{Scenario, World, check_golden_folder, ssh, workspace};

#[test]
fn mx_one_talks_exactly_like_this() {
    check_golden_folder("transcript/mx-one", &replay_all("mx-one"));
}

#[test]
fn the_portals_console_talks_exactly_like_this() {
    check_golden_folder("transcript/micloud-portal", &replay_all("micloud-portal"));
}

#[test]
fn the_gateways_console_talks_exactly_like_this() {
    check_golden_folder("transcript/oig", &replay_all("oig"));
}

/// Every dialogue of `product`, by file name, as it goes now.
#[track_caller]
fn replay_all(product: &str) -> BTreeMap<String, String> {
    let folder = workspace().join("tests/golden/transcript").join(product);
    let files = fs::read_dir(&folder).expect("the product has transcripts").map(|it| it.expect("a file"));
    let name = |file: &fs::DirEntry| file.file_name().to_string_lossy().into_owned();
    let text = |file: &fs::DirEntry| fs::read_to_string(file.path()).expect("a transcript is text");
    files.map(|file| (name(&file), replay(product, &text(&file)))).collect()
}

/// The dialogue of `transcript` as it goes now.
#[track_caller]
fn replay(product: &str, transcript: &str) -> String {
    let world = World::start(&Scenario::of(&[product]).frozen_at("2026-11-22T09:00:00Z").to_string());
    let mut site = world.site(product);
    open_ssh(product, &world);
    site.ca_file = world.ca_file().to_owned();
    let (head, dialogue) = transcript.split_once('\n').expect("a line that says who, and a dialogue");
    let account = head.strip_prefix("account ").expect("the first line says who logs in");
    let mut shell = ssh(&site, account, site.password(account)).open();
    let mut told = format!("{head}\n");
    let mut rest = dialogue;
    while let Some((before, after)) = rest.split_once('«') {
        let (typed, after) = after.split_once('»').expect("what is typed ends with »");
        let prompt = before.rsplit('\n').next().unwrap_or(before);
        told.push_str(&shell.expect(prompt));
        told.push_str(&format!("«{typed}»\n"));
        shell.say(typed);
        rest = after;
    }
    let end = shell.finish();
    told.push_str(&end.screen());
    told.push_str(&format!("(exit status {})\n", end.status.unwrap_or_default()));
    told
}

/// Turns the gateway's SSH on: it is off in every profile.
#[track_caller]
fn open_ssh(product: &str, world: &World) {
    if product != crate::faces::OIG.product {
        return;
    }
    let site = world.site(product);
    let on = serde_json::json!({ "listener.ssh.enabled": "on" });
    crate::faces::OIG.administrator(&site).run("PATCH", crate::faces::OIG.settings, &on);
    site.until_answers(support::Kind::Ssh, true);
}
