//! MX-ONE: the web off as shipped, three faces with one set of rules, forwarding and file transfer refused.

use serde_json::json;
use support::{Browser, KeyPair, Kind, Scenario, World, curl, scenario, ssh};

use super::{check_fits_a_phone, check_recorded, hold_a_phone};
use crate::faces::{MX_ONE, check_has};

#[test]
fn as_shipped_the_web_is_off_until_mxone_maintenance_turns_it_on() {
    let world = World::start(&Scenario::of(&["mx-one"]).profile("as-shipped").to_string());
    let site = world.site("mx-one");
    assert!(!site.answers(Kind::Https), "web management is off as shipped");
    assert_eq!(site.accounts.len(), 4, "no account but the product's own: {:?}", site.accounts);
    let shell = ssh(&site, "mxone_admin", site.password("mxone_admin"));
    let told = shell.shell("mxone_maintenance\n3\n1\n3\n4\nexit\n");
    assert!(told.succeeded() && told.screen().contains("The settings are saved."), "{}", told.screen());
    site.until_answers(Kind::Https, true);
    let browser = Browser::start(world.ca_file());
    let url = site.listener(Kind::Https).url.clone().expect("an address");
    let setup = ("userId", "System Setup Admin");
    browser.log_in(&format!("{url}login"), &[setup, ("password", site.password("System Setup Admin"))]);
    assert!(browser.text().contains("System Setup Admin"), "{}", browser.text());
    shell.shell("mxone_maintenance\n3\n2\n3\n4\nexit\n");
    site.until_answers(Kind::Https, false);
}

#[test]
fn a_command_runs_where_the_authority_level_allows_it_and_both_are_on_record() {
    let world = World::start(&scenario("mx-one"));
    let site = world.site("mx-one");
    let level = |level: &str| ssh(&site, level, site.password(level));
    let made = level("level7").exec("extension -i -d 2101");
    assert_eq!((made.screen().as_str(), made.status), ("Executed.\n", Some(0)), "{}", made.stderr);
    let refused = level("level1").exec("extension -i -d 2102");
    let said = "Not accepted: your authority level does not include this.\n";
    assert_eq!((refused.screen().as_str(), refused.status), (said, Some(1)), "{}", refused.stderr);
    let printed = level("level1").exec("extension -p");
    assert!(printed.screen().contains("2101") && !printed.screen().contains("2102"), "{}", printed.screen());
    let log = level("level7").exec("log -p --log mdsh").screen();
    let entry = |account: &str, outcome: &str| {
        let account = format!("account=\"{account}\"");
        let line = log.lines().find(|it| it.contains(&account) && it.contains("extension -i"));
        line.is_some_and(|it| it.contains(&format!("command.run {outcome}")))
    };
    assert!(entry("level7", "ok") && entry("level1", "refused"), "{log}");
    check_recorded(&world, &site, "command.run", "ok", "extension -i");
    check_recorded(&world, &site, "command.run", "refused", "extension -i");
    assert!(!world.director().records("mx-one").iter().any(|it| it.to_string().contains("2101")));
}

#[test]
fn a_program_does_what_its_security_profile_allows_and_both_are_on_record() {
    let world = World::start(&scenario("mx-one"));
    let site = world.site("mx-one");
    let extensions = "/pm-extension-ms/pm-extension/v1/ip";
    let lea = MX_ONE.program(&site, "lea.sommer", site.password("lea.sommer"));
    lea.run("POST", extensions, &json!({ "extensionNumber": "2150", "serverNumber": 1 }));
    let nils = MX_ONE.program(&site, "nils.acker", site.password("nils.acker"));
    let body = nils.refused(403, "POST", extensions, &json!({ "extensionNumber": "2151" }));
    assert!(body.contains("not-permitted") && body.contains("responseCode"), "{body}");
    let log = MX_ONE.administrator(&site).log("events");
    for (account, outcome) in [("lea.sommer", "ok"), ("nils.acker", "refused")] {
        check_has(&log, &[("account", account), ("event", "route.run"), ("outcome", outcome)]);
        check_recorded(&world, &site, "route.run", outcome, &format!("POST {extensions}"));
    }
}

#[test]
fn a_browser_does_what_the_security_profile_allows_on_any_screen() {
    let world = World::start(&scenario("mx-one"));
    let site = world.site("mx-one");
    let url = site.listener(Kind::Https).url.clone().expect("an address");
    let browser = Browser::start(world.ca_file());
    let password = ("password", site.password("lea.sommer"));
    browser.log_in(&format!("{url}login"), &[("userId", "lea.sommer"), password]);
    browser.open(&format!("{url}services/extension"));
    browser.submit(&[("dir", "2160"), ("lim", "1")]);
    assert!(browser.text().contains("2160"), "{}", browser.text());
    browser.open(&format!("{url}logs/security"));
    assert!(browser.text().contains("Your role does not allow this."), "{}", browser.text());
    hold_a_phone(&browser);
    for page in ["services/extension", "users/user", "users/unlock", "own/general", "logs/security"] {
        browser.open(&format!("{url}{page}"));
        check_fits_a_phone(&browser);
    }
    let log = MX_ONE.administrator(&site).log("events");
    for (outcome, name) in [("ok", "/services/extension?do=initiate"), ("refused", "/logs/security")] {
        check_has(&log, &[("account", "lea.sommer"), ("event", "page.run"), ("outcome", outcome)]);
        check_recorded(&world, &site, "page.run", outcome, name);
    }
}

#[test]
fn every_page_serves_without_scripts_on_a_phone() {
    let world = World::start(&Scenario::five().to_string());
    let browser = Browser::start_without_scripts(world.ca_file());
    hold_a_phone(&browser);
    for face in crate::faces::FACES {
        let site = world.site(face.product);
        let url = site.listener(Kind::Https).url.clone().expect("an address");
        let url = url.trim_end_matches('/');
        let (page, name, password) = face.login_page;
        browser.open(&format!("{url}{page}"));
        check_fits_a_phone(&browser);
        browser.submit(&[(name, face.administrator), (password, site.password(face.administrator))]);
        for page in [face.accounts_page, face.own_page] {
            browser.open(&format!("{url}{page}"));
            check_fits_a_phone(&browser);
            assert_eq!(browser.count("h1"), 1, "{}", browser.url());
            assert_eq!(browser.count("script"), 0, "{}", browser.url());
        }
        browser.submit(&[
            ("current", "wrong"),
            ("password", "Fresh-Harbour.77"),
            ("confirm", "Fresh-Harbour.77"),
        ]);
        assert!(browser.text().contains("The present password is not right."), "{}", browser.text());
        let unnamed = "input:not([type='hidden']):not([id])";
        assert_eq!(browser.count(unnamed), 0, "{}: a field without a label", browser.url());
    }
}

#[test]
fn a_public_key_logs_in_the_account_that_lists_it() {
    let (key, other) = (KeyPair::generate(), KeyPair::generate());
    let lines = format!("name = \"keys.only\"\nrole = \"linux-7\"\nkeys = [\"{}\"]", key.public());
    let world = World::start(&Scenario::of(&["mx-one"]).account("mx-one", &lines).to_string());
    let site = world.site("mx-one");
    let with = |file: &KeyPair| ssh(&site, "keys.only", "").key(&file.private()).exec("extension -p");
    assert!(with(&key).succeeded(), "{}", with(&key).stderr);
    let refused = with(&other);
    assert_eq!(refused.status, Some(255));
    assert!(refused.stderr.contains("Permission denied"), "{}", refused.stderr);
    check_has(&world.director().records("mx-one"), &[("event", "auth.accepted"), ("surface", "ssh")]);
    // A key that is only offered proves nothing, and an agent offers many: it is no attempt and counts for none.
    assert!(world.director().lockouts("mx-one").is_empty());
}

#[test]
fn nothing_is_forwarded() {
    let world = World::start(&scenario("mx-one"));
    let site = world.site("mx-one");
    let shell = || ssh(&site, "level7", site.password("level7"));
    // -L and -D ask for the same channel, a direct-tcpip one; -W asks for it at once.
    let local = shell().with(&["-W", "127.0.0.1:9"], None);
    assert_ne!(local.status, Some(0));
    assert!(local.stderr.contains("administratively prohibited"), "{}", local.stderr);
    let remote = shell().option("ExitOnForwardFailure=yes").with(&["-N", "-R", "0:127.0.0.1:9"], None);
    assert_eq!(remote.status, Some(255));
    assert!(remote.stderr.contains("remote port forwarding failed"), "{}", remote.stderr);
    let x11 = shell().environment("DISPLAY", ":9").with(&["-T", "-Y"], Some("help"));
    assert!(x11.succeeded() && x11.stderr.contains("X11 forwarding request failed"), "{}", x11.stderr);
    let stream =
        shell().option("ExitOnForwardFailure=yes").with(&["-N", "-R", "/tmp/none:127.0.0.1:9"], None);
    assert_eq!(stream.status, Some(255), "{}", stream.stderr);
}

#[test]
fn agents_are_not_taken_and_files_are_not_transferred() {
    let world = World::start(&scenario("mx-one"));
    let site = world.site("mx-one");
    let shell = ssh(&site, "level7", site.password("level7"));
    let sftp = shell.with(&["-s"], Some("sftp"));
    assert_ne!(sftp.status, Some(0));
    assert!(sftp.stderr.contains("subsystem request failed"), "{}", sftp.stderr);
    let agent = shell.with(&["-A", "-T"], Some("help"));
    assert!(agent.succeeded() && agent.screen().contains("extension"), "{}", agent.stderr);
    let scp = shell.exec("scp -t /tmp");
    assert_eq!(scp.status, Some(1), "{}", scp.screen());
}

#[test]
fn the_login_banner_is_switched_in_mxone_maintenance() {
    let world = World::start(&scenario("mx-one"));
    let site = world.site("mx-one");
    let words = "emulated system of a training laboratory";
    let seen = || {
        let over_ssh = ssh(&site, "level0", site.password("level0")).exec("help");
        [over_ssh.stderr.contains(words), curl(&site).get("/login").body.contains(words)]
    };
    assert_eq!(seen(), [false, false], "off as shipped");
    let shell = ssh(&site, "mxone_admin", site.password("mxone_admin"));
    shell.shell("mxone_maintenance\n2\n1\n4\n4\nexit\n");
    assert_eq!(seen(), [true, true]);
    shell.shell("mxone_maintenance\n2\n3\nKeep out of here.\n4\n4\nexit\n");
    assert_eq!(seen(), [false, false], "it has another text");
    assert!(ssh(&site, "level0", site.password("level0")).exec("help").stderr.contains("Keep out of here."));
    shell.shell("mxone_maintenance\n2\n2\n4\n4\nexit\n");
    assert!(!curl(&site).get("/login").body.contains("Keep out of here."));
}
