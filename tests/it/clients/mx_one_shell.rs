//! MX-ONE: the shell in a terminal, and the user task of `mxone_maintenance`.

use std::time::Duration;

use support::{Dialogue, Scenario, Ssh, World, scenario, ssh};

use crate::faces::check_has;

#[test]
fn lines_are_edited_recalled_and_completed_in_a_terminal() {
    let world = World::start(&scenario("mx-one"));
    let site = world.site("mx-one");
    let mut shell = ssh(&site, "level7", site.password("level7")).open_terminal();
    shell.expect("Logged in as level7: Authority level 7.");
    shell.expect(PROMPT);
    shell.press("extensio -p");
    shell.press(&LEFT.repeat(3));
    shell.press("n\r");
    shell.expect("Directory Number Profile");
    shell.expect(PROMPT);
    shell.press(UP);
    shell.expect("extension -p");
    shell.press("\r");
    shell.expect("Directory Number Profile");
    shell.expect(PROMPT);
    // As far as all that begin so agree: there is `extension_key`, too.
    shell.press("exten\t");
    shell.expect("extension");
    shell.press(" --pr\t\r");
    shell.expect("Directory Number Profile");
    shell.expect(PROMPT);
    // Home, kill to the end, and a word killed backwards.
    shell.press("rubbish\u{1}\u{b}name rubbish\u{17}-p\r");
    shell.expect("Names");
    shell.expect(PROMPT);
    shell.press("ex\t\t");
    shell.expect("exit");
    shell.press("\u{3}");
    shell.expect("^C");
    shell.expect(PROMPT);
    shell.press("\u{4}");
    assert_eq!(shell.wait().status, Some(0), "Ctrl-D leaves");
}

#[test]
fn a_wrapped_line_is_drawn_for_the_windows_width_and_for_its_next_one() {
    let world = World::start(&scenario("mx-one"));
    let site = world.site("mx-one");
    let shell = ssh(&site, "level7", site.password("level7"));
    let long = "x".repeat(60);
    // With the cursor at the beginning, drawing the line again moves up where it was wrapped.
    let rows_up = |shell: &mut Dialogue, mark: &str| {
        shell.press(&long);
        shell.press(&format!("\u{1}{mark}"));
        let drawn = shell.expect_raw(&format!("{mark}{long}"));
        shell.press("\u{3}");
        shell.expect(PROMPT);
        drawn.contains("\u{1b}[A") || drawn.contains("\u{1b}[1A")
    };
    let (mut narrow, terminal) = open_wide(&shell, 40);
    narrow.expect(PROMPT);
    assert!(rows_up(&mut narrow, "a"), "66 columns wrap at 40");
    support::resize_terminal(&terminal, 100);
    // ssh may send the keys that are typed next before it looks at its window.
    rows_up(&mut narrow, "b");
    assert!(!rows_up(&mut narrow, "c"), "66 columns do not wrap at 100");
    narrow.press("\u{4}");
    assert_eq!(narrow.wait().status, Some(0));
}

#[track_caller]
fn open_wide(shell: &Ssh, columns: u16) -> (Dialogue, String) {
    let mut dialogue = shell.open_window(columns);
    let terminal = dialogue.expect("\n").trim().to_owned();
    (dialogue, terminal)
}

#[test]
fn the_user_task_manages_linux_accounts() {
    let world = World::start(&scenario("mx-one"));
    let site = world.site("mx-one");
    let root = ssh(&site, "root", site.password("root"));
    let task = |lines: &str| {
        let told = root.shell(&format!("mxone_maintenance\n1\n{lines}\n11\n4\nexit\n"));
        assert!(told.succeeded(), "{}", told.stderr);
        told.screen()
    };
    let logs_in = |password: &str| ssh(&site, "ada.weiss", password).exec("help").succeeded();
    assert!(task("1").contains("mxone_admin"), "the accounts are listed");
    task("4\nada.weiss\nAda Weiss\n1\nFirst-Try.19\nFirst-Try.19");
    assert!(logs_in("First-Try.19"), "the account is added");
    let ada = |command: &str| ssh(&site, "ada.weiss", "First-Try.19").exec(command).status;
    assert_eq!(ada("extension -i -d 2301"), Some(1), "level 1 prints only");
    task("5\nada.weiss\n6");
    assert_eq!(ada("extension -i -d 2301"), Some(0), "level 6 changes extensions");
    task("6\nada.weiss");
    assert!(!logs_in("First-Try.19"), "it is disabled");
    task("7\nada.weiss");
    assert!(logs_in("First-Try.19"), "it is enabled again");
    task("8\nada.weiss\nSecond-Try.20\nSecond-Try.20");
    assert!(!logs_in("First-Try.19") && logs_in("Second-Try.20"), "it has another password");
    for _ in 0..3 {
        assert!(!logs_in("wrong"));
    }
    assert!(!logs_in("Second-Try.20") && task("3").contains("ada.weiss"), "it is locked, and listed so");
    task("9\nada.weiss");
    assert!(logs_in("Second-Try.20"), "it is unlocked");
    task("10\nada.weiss");
    assert!(!logs_in("Second-Try.20") && !task("1").contains("ada.weiss"), "it is deleted");
    for event in
        ["account.created", "account.changed", "account.password-set", "auth.unlocked", "account.removed"]
    {
        check_has(&world.director().records("mx-one"), &[("event", event), ("surface", "ssh")]);
    }
    let audit = root.exec("log -p --log audit --search account.").screen();
    assert!(audit.contains("account.created ok") && audit.contains("account.removed ok"), "{audit}");
}

#[test]
fn the_user_task_says_no_to_what_must_not_be() {
    let world = World::start(&scenario("mx-one"));
    let site = world.site("mx-one");
    let admin = ssh(&site, "mxone_admin", site.password("mxone_admin"));
    let task = |lines: &str| admin.shell(&format!("mxone_maintenance\n1\n{lines}\n11\n4\nexit\n")).screen();
    let weak = task("4\nada.weiss\n\n1\nshort\nshort");
    assert!(weak.contains("Not accepted: This password is refused"), "{weak}");
    let unlike = task("4\nada.weiss\n\n1\nFirst-Try.19\nFirst-Try.20");
    assert!(unlike.contains("is not the same as the password"), "{unlike}");
    assert!(task("10\nmxone_user").contains("belongs to the product"), "a shipped account stays");
    assert!(task("10\nroot").contains("Not accepted"), "root is above");
    assert!(
        task("8\nSystem Setup Admin\nNew-Words.21\nNew-Words.21").contains("Not accepted"),
        "another family"
    );
    assert!(task("9\nlevel3").contains("is not locked"));
    let below = ssh(&site, "level7", site.password("level7")).shell("mxone_maintenance\nexit\n").screen();
    assert!(below.contains("your authority level does not include this"), "{below}");
    let log = ssh(&site, "root", site.password("root")).exec("log -p --log audit").screen();
    assert!(log.contains("command.run refused account=\"level7\""), "{log}");
    for secret in ["First-Try.19", "New-Words.21", "short"] {
        assert!(!log.contains(secret), "the log holds a password");
    }
}

#[test]
fn a_password_is_typed_unseen_and_ctrl_c_gives_a_question_up() {
    let world = World::start(&scenario("mx-one"));
    let site = world.site("mx-one");
    let mut shell = ssh(&site, "level2", site.password("level2")).open_terminal();
    shell.expect(PROMPT);
    shell.say("passwd");
    shell.expect("Choice: ");
    shell.say("1");
    shell.expect("Present password: ");
    shell.press("\u{3}");
    shell.expect("Choice: ");
    shell.say("1");
    shell.expect("Present password: ");
    shell.say(site.password("level2"));
    shell.expect("New password: ");
    shell.say("Third-Word.33");
    shell.expect("New password again: ");
    shell.say("Third-Word.33");
    let seen = shell.expect("Your password is changed.");
    assert!(!seen.contains("Third-Word.33"), "{seen}");
    shell.expect("Choice: ");
    shell.say("2");
    shell.expect(PROMPT);
    shell.press("\u{4}");
    assert_eq!(shell.wait().status, Some(0));
    assert!(ssh(&site, "level2", "Third-Word.33").exec("help").succeeded());
}

#[test]
fn a_shell_that_nobody_types_in_is_over_after_forty_five_minutes() {
    let world = World::start(&Scenario::of(&["mx-one"]).frozen_at("2026-11-22T09:00:00Z").to_string());
    let site = world.site("mx-one");
    let mut shell = ssh(&site, "level7", site.password("level7")).open_terminal();
    shell.expect(PROMPT);
    let minutes_45 = Duration::from_mins(45);
    world.director().advance(minutes_45.saturating_sub(Duration::from_secs(1)));
    shell.say("extension -p");
    shell.expect("Directory Number Profile");
    shell.expect(PROMPT);
    world.director().advance(minutes_45);
    shell.say("extension -i -d 2399");
    let end = shell.wait();
    assert!(!end.screen().contains("Executed."), "{}", end.screen());
    let records = world.director().records("mx-one");
    check_has(&records, &[("event", "session.expired"), ("surface", "ssh")]);
}

#[test]
fn keyboard_interactive_is_not_offered_and_no_login_goes_without_a_proof() {
    let world = World::start(&scenario("mx-one"));
    let site = world.site("mx-one");
    for method in ["keyboard-interactive", "none", "hostbased"] {
        let refused = ssh(&site, "level7", site.password("level7")).methods(method).exec("help");
        assert_eq!(refused.status, Some(255), "{method}");
        assert!(refused.stderr.contains("Permission denied (publickey,password)"), "{}", refused.stderr);
    }
    assert!(world.director().lockouts("mx-one").is_empty(), "none of them was an attempt");
}

const PROMPT: &str = "MDSH> ";
const LEFT: &str = "\u{1b}[D";
const UP: &str = "\u{1b}[A";
