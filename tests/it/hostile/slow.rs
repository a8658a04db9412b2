//! Clients that take their time: they are hung up on, and nobody waits for them.

use std::thread;
use std::time::Duration;

use support::{Kind, Site, WAIT_MAX, Wire, World, pass, scenario};

use super::{is_unharmed, still_serves};

#[test]
fn slow_clients_are_hung_up_on_and_nobody_waits_for_them() {
    let world = World::start(&scenario("mx-one"));
    let site = world.site("mx-one");
    thread::scope(|scope| {
        let half_a_handshake = scope.spawn(|| {
            let mut wire = Wire::bare(&site, Kind::Https).expect("the site answers");
            wire.send(b"\x16\x03\x01\x02\x00\x01").expect("sent");
            wire.rest()
        });
        let nothing = scope.spawn(|| Wire::to(&site, Kind::Https).expect("the site answers").rest());
        let half_a_head = scope.spawn(|| half(&site, "GET /login HTTP/1.1\r\nHost: a\r\nX-Half"));
        let half_a_body =
            scope.spawn(|| half(&site, "POST /login HTTP/1.1\r\nHost: a\r\nContent-Length: 99\r\n\r\nuser"));
        let drops = scope.spawn(|| drop_by_drop(&site));
        still_serves(&site);
        for (what, slow) in [
            ("half a handshake", half_a_handshake),
            ("nothing", nothing),
            ("half a head", half_a_head),
            ("half a body", half_a_body),
        ] {
            let end = slow.join().expect("no slow client panics");
            assert!(end.is_ok(), "{what}: still connected after {WAIT_MAX:?}");
        }
        assert!(drops.join().expect("no slow client panics"), "a head may be sent drop by drop for ever");
    });
    still_serves(&site);
    is_unharmed(world);
}

/// Sends the beginning of a request, and waits for the other side to hang up.
fn half(site: &Site, beginning: &str) -> std::io::Result<Vec<u8>> {
    let mut wire = Wire::to(site, Kind::Https)?;
    wire.send(beginning.as_bytes())?;
    wire.rest()
}

/// Sends a head byte by byte, as slowloris does. Returns whether the other side puts an end to it.
fn drop_by_drop(site: &Site) -> bool {
    let mut wire = Wire::to(site, Kind::Https).expect("the site answers");
    let drops = b"GET /login HTTP/1.1\r\nHost: a\r\nX: ".iter().copied().chain(std::iter::repeat(b'a'));
    let until = WAIT_MAX.as_millis() / DROP.as_millis();
    for (_, drop) in (0..until).zip(drops) {
        if wire.send(&[drop]).is_err() {
            return true;
        }
        pass(DROP);
    }
    false
}

/// The pause between two bytes: short enough that no limit on silence ends it.
const DROP: Duration = Duration::from_millis(250);
