//! The portal: failures are logged, each of them, and never lock.

use super::{Door, Stand};
use crate::faces::PORTAL;

#[test]
fn no_number_of_failures_locks_and_each_is_logged() {
    let stand = Stand::of(&PORTAL);
    stand.fail(&[Door::Web; 40], "edda.quist");
    assert!(stand.admits(Door::Web, "edda.quist"), "the forty-first try gets in");
    let log = PORTAL.administrator(&stand.site).log("login");
    let failures = |it: &&serde_json::Value| {
        it["event"] == "auth.rejected"
            && it["account"] == "edda.quist"
            && it["outcome"] == "refused"
            && it["source"] == "127.0.0.1"
            && it["surface"] == "web"
    };
    assert_eq!(log.iter().filter(failures).count(), 40);
    stand.check_count("auth.rejected", 40);
    stand.check_count("auth.locked", 0);
    assert!(stand.world.director().lockouts("micloud-portal").is_empty());
}
