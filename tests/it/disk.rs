//! A disk that is full, or cannot be written: every request is refused and says so, nothing is done by half, and
//! the process lives on and works again once it can.

use std::fs;
use std::io::Write;
use std::path::Path;

use serde_json::{Value, json};
use support::{
    Api, Curl, Dialogue, Disk, Response, Scenario, Site, Stop, World, curl, skipped, ssh, wait_for,
};

#[test]
fn on_a_full_disk_everything_is_refused_and_nothing_changes() {
    let mut world = World::start(&scenario());
    let fault = |world: &World| set_fault(world, &json!("full"));
    refuses_and_recovers(&mut world, fault, |world| set_fault(world, &Value::Null));
}

#[test]
fn where_the_store_is_read_only_everything_is_refused_and_nothing_changes() {
    let mut world = World::start(&scenario());
    let fault = |world: &World| set_fault(world, &json!("read-only"));
    refuses_and_recovers(&mut world, fault, |world| set_fault(world, &Value::Null));
}

#[test]
fn on_a_disk_that_is_really_full_everything_is_refused_until_there_is_room() {
    let disk = match Disk::make(DISK_MEGABYTES) {
        Ok(disk) => disk,
        Err(why) => {
            return skipped("on_a_disk_that_is_really_full_everything_is_refused_until_there_is_room", &why);
        }
    };
    let mut world = World::start_on(&disk.path(), &scenario());
    let ballast = disk.path().join("ballast");
    refuses_and_recovers(&mut world, |_| fill(&ballast), |_| fs::remove_file(&ballast).expect("it is there"));
}

#[test]
fn on_a_disk_that_fails_everything_is_refused_and_a_repaired_one_has_it_all() {
    const NAME: &str = "on_a_disk_that_fails_everything_is_refused_and_a_repaired_one_has_it_all";
    let disk = match Disk::make(DISK_MEGABYTES) {
        Ok(disk) => disk,
        Err(why) => return skipped(NAME, &why),
    };
    let mut world = World::start_on(&disk.path(), &scenario());
    let site = world.site("mx-one");
    let mut clerk = Clerk::log_in(&site);
    let before = clerk.state();
    if let Err(why) = disk.fail() {
        return skipped(NAME, &why);
    }
    clerk.is_refused();
    strangers_are_refused(&site);
    assert!(world.is_running(), "a disk that fails does not end the process");
    drop(clerk);

    world.stop(Stop::Terminate);
    disk.repair();
    world.start_again();
    assert_eq!(Clerk::log_in(&world.site("mx-one")).state(), before);
    the_trail_is_intact(&world);
}

#[test]
fn a_state_folder_that_cannot_be_written_is_named_and_nothing_starts() {
    let disk = match Disk::make(DISK_MEGABYTES) {
        Ok(disk) => disk,
        Err(why) => {
            return skipped("a_state_folder_that_cannot_be_written_is_named_and_nothing_starts", &why);
        }
    };
    let mut world = World::start_on(&disk.path(), &scenario());
    let before = Clerk::log_in(&world.site("mx-one")).state();
    world.stop(Stop::Terminate);
    disk.remount(true);
    let output = world.start_second();
    assert_eq!(output.status, Some(1), "{}", output.stderr);
    assert!(output.stderr.contains(&*world.state().to_string_lossy()), "{}", output.stderr);
    assert!(!output.stderr.contains("panicked"), "{}", output.stderr);
    disk.remount(false);
    world.start_again();
    assert_eq!(Clerk::log_in(&world.site("mx-one")).state(), before);
}

/// The whole course: a fault `begins`, everything is refused, it `ends`, and all is as it was.
#[track_caller]
fn refuses_and_recovers(world: &mut World, begins: impl FnOnce(&World), ends: impl FnOnce(&World)) {
    let site = world.site("mx-one");
    let mut clerk = Clerk::log_in(&site);
    let visitor = Visitor::open_login_page(&site);
    let before = clerk.state();
    begins(world);

    clerk.is_refused();
    strangers_are_refused(&site);
    let refused = visitor.log_in();
    assert_eq!(refused.status, 503, "{}", refused.body);
    assert!(world.is_running(), "the process lives on");

    ends(world);
    clerk.works_again();
    clerk.undo();
    assert_eq!(clerk.state(), before, "nothing was done by half");
    let log_in = ssh(&site, "mxone_admin", site.password("mxone_admin"));
    assert_eq!(log_in.exec("extension -p").status, Some(0), "strangers are let in again");
    the_trail_is_intact(world);
    assert!(!world.log().contains("panicked"), "{}", world.log());

    // What was acknowledged after the fault is as durable as ever.
    world.restart(Stop::Kill);
    assert_eq!(Clerk::log_in(&world.site("mx-one")).state(), before);
}

/// Somebody who was logged in over both faces before the disk failed.
struct Clerk {
    api: Api,
    shell: Dialogue,
}

impl Clerk {
    #[track_caller]
    fn log_in(site: &Site) -> Self {
        let password = site.password("mxone_admin");
        let mut api = Api::to(site).expect("the site answers");
        let reply = api.log_in("/auth/login", "mxone_admin", password).expect("the site answers");
        assert_eq!(reply.status, 200, "{}", reply.text());
        let mut shell = ssh(site, "mxone_admin", password).open();
        shell.say("extension -p");
        shell.expect("MDSH>");
        Self { api, shell }
    }

    /// Everything the site holds that this test could change by half.
    #[track_caller]
    fn state(&mut self) -> Vec<String> {
        let paths = [EXTENSIONS, "/pm-api/v1/names", "/pm-api/v1/users", "/pm-api/v1/locked-users"];
        let mut read = |path| {
            let reply = self.api.get(path).expect("the site answers");
            assert_eq!(reply.status, 200, "{path}: {}", reply.text());
            reply.text()
        };
        paths.into_iter().map(&mut read).collect()
    }

    /// Changes of every kind are refused over both faces, each in the face's own words.
    #[track_caller]
    fn is_refused(&mut self) {
        let changes = [
            ("POST", EXTENSIONS, json!({ "dir": ["2701", "2702", "2703"] })),
            ("POST", "/pm-api/v1/users", json!({ "name": "half.done", "password": "Half-Done-77!" })),
            ("PUT", "/pm-api/v1/users/level1/password", json!({ "password": "Half-Done-77!" })),
            ("PATCH", "/pm-api/v1/options", json!({ "banner.shown": "on" })),
            ("DELETE", "/pm-api/v1/users/level2", json!({})),
        ];
        for (method, path, body) in changes {
            let reply = self.api.request(method, path, Some(&body)).expect("the site answers");
            assert_eq!(reply.status, 503, "{method} {path}: {}", reply.text());
            assert!(reply.text().contains("could not be recorded"), "{}", reply.text());
        }
        self.shell.say("extension -i -d 2704..2709");
        self.shell.expect("could not be recorded");
    }

    /// Waits for the store to notice that the disk takes writes again: the next change may be the one that finds out.
    #[track_caller]
    fn works_again(&mut self) {
        wait_for("the site to take changes again", || {
            let reply = self.api.post(EXTENSIONS, &json!({ "dir": "2801" })).expect("the site answers");
            assert!(matches!(reply.status, 200 | 503), "{}", reply.text());
            (reply.status == 200).then_some(())
        });
        self.shell.say("extension -i -d 2802");
        self.shell.expect("Executed.");
    }

    #[track_caller]
    fn undo(&mut self) {
        for dir in ["2801", "2802"] {
            let path = format!("{EXTENSIONS}/{dir}");
            assert_eq!(self.api.request("DELETE", &path, None).expect("the site answers").status, 200);
        }
    }
}

/// Somebody who opened the login page while all was well, and sends its form later.
struct Visitor {
    curl: Curl,
    password: String,
}

impl Visitor {
    #[track_caller]
    fn open_login_page(site: &Site) -> Self {
        let curl = curl(site);
        assert_eq!(curl.get("/login").status, 200);
        Self { curl, password: site.password("mxone_admin").to_owned() }
    }

    #[track_caller]
    fn log_in(&self) -> Response {
        let fields = [("userId", "mxone_admin"), ("password", self.password.as_str())];
        self.curl.post_form("/login", &fields)
    }
}

/// Nobody new gets in, not even with the right password: it could not be recorded.
#[track_caller]
fn strangers_are_refused(site: &Site) {
    let password = site.password("level7");
    let output = ssh(site, "level7", password).exec("extension -p");
    assert_eq!(output.status, Some(255), "let in: {}{}", output.stdout, output.stderr);
    let mut api = Api::to(site).expect("the site answers");
    let reply = api.log_in("/auth/login", "mxone_admin", site.password("mxone_admin"));
    let reply = reply.expect("the site answers");
    assert_eq!(reply.status, 503, "{}", reply.text());
    assert!(reply.text().contains("could not be recorded"), "{}", reply.text());
}

#[track_caller]
fn the_trail_is_intact(world: &World) {
    let report = world.director().export("mx-one").verify(&[]);
    assert!(report.succeeded(), "{}{}", report.stdout, report.stderr);
}

#[track_caller]
fn set_fault(world: &World, writes: &Value) {
    world.director().put("/faults", &json!({ "refuse-writes": writes }));
}

/// Writes to `ballast` until not one more block fits.
fn fill(ballast: &Path) {
    let mut file = fs::File::create(ballast).expect("there is room for a name");
    let mut block = vec![7; 1 << 20];
    while !block.is_empty() {
        if file.write_all(&block).and_then(|()| file.sync_data()).is_err() {
            block.truncate(block.len() / 2);
        }
    }
}

/// The clock stands, so that two logins leave the same time behind.
fn scenario() -> String {
    Scenario::of(&["mx-one"]).frozen_at("2026-11-22T09:00:00Z").to_string()
}

const EXTENSIONS: &str = "/pm-extension-ms/pm-extension/v1/ip";

/// The state, what the store keeps free, and little to fill.
const DISK_MEGABYTES: u32 = 96;
