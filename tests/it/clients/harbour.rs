//! A sixth PBX as one policy file, with no Rust: every face answers, and its own limit holds.

use serde_json::json;
use support::{World, curl, ssh, workspace};

#[test]
fn a_policy_alone_runs_a_pbx_with_every_face_and_its_own_limit() {
    let policy = workspace().join("scenarios/harbour-pbx.toml");
    let world = World::start(&format!(
        "hashing = \"low\"\n[[sites]]\nid = \"harbour\"\npolicy = \"{}\"\nprofile = \"lab\"\nports = 0\n",
        policy.display()
    ));
    let site = world.site("harbour");
    let captain = || ssh(&site, "captain", site.password("captain"));
    assert!(captain().exec("account list").stdout.contains("lookout"));
    assert!(captain().exec("account add --name bosun --role hand").succeeded());
    let refused = ssh(&site, "mate", site.password("mate")).exec("account remove --name bosun");
    assert!(!refused.succeeded() && refused.screen().contains("does not allow"), "{}", refused.screen());

    let page = curl(&site);
    let password = site.password("lookout");
    assert_eq!(page.submit("/login", &[("username", "lookout"), ("password", password)]).status, 303);
    assert!(page.get("/accounts").body.contains("bosun"));
    assert_eq!(page.get("/settings").status, 403);
    assert!(page.get("/log").body.contains("account.created"));

    let login = |password: &str| {
        curl(&site).post_json("/api/login", &json!({ "username": "hand", "password": password }))
    };
    assert_eq!(login(site.password("hand")).status, 401, "a deck hand has the web only");
    let mate = |password: &str| {
        curl(&site).post_json("/api/login", &json!({ "username": "mate", "password": password }))
    };
    assert!((0..3).all(|_| mate("wrong").status == 401) && mate(site.password("mate")).status == 200);
    assert!((0..4).all(|_| mate("wrong").status == 401) && mate(site.password("mate")).status == 401);
    assert_eq!(world.director().lockouts("harbour").len(), 2, "hand was counted, mate is locked");
}
