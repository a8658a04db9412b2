//! TLS that is too old, and HTTP where TLS is spoken.

use support::{Curl, Kind, Wire, World, curl, scenario};

use super::is_unharmed;

#[test]
fn only_tls_1_2_and_1_3_are_spoken() {
    let world = World::start(&scenario("mx-one"));
    let site = world.site("mx-one");
    for version in ["1.0", "1.1"] {
        let refused = curl(&site).tls_max(version).try_request("GET", "/login", &[], "");
        let output = refused.expect_err("an old version is refused");
        // 35: the handshake failed. Anything else would say that the client never tried.
        assert_eq!(output.status, Some(35), "{version}: {}", output.stderr);
    }
    assert_eq!(curl(&site).tls_max("1.2").get("/login").status, 200);
    assert_eq!(curl(&site).option(&["--tlsv1.3"]).get("/login").status, 200);
    is_unharmed(world);
}

#[test]
fn http_in_the_clear_gets_no_answer_where_tls_is_spoken() {
    let world = World::start(&scenario("mx-one"));
    let site = world.site("mx-one");
    let mut wire = Wire::bare(&site, Kind::Https).expect("the site answers");
    wire.send(b"GET /login HTTP/1.1\r\nHost: a\r\n\r\n").expect("sent");
    let answer = wire.rest().expect("the other side hangs up");
    // At most a TLS alert (RFC 8446 section 6): seven bytes.
    assert!(answer.len() <= 7 && answer.first().is_none_or(|it| *it == 21), "{answer:?}");
    let clear = Curl::at(&curl(&site).url("").replace("https:", "http:"), &site.ca_file);
    assert!(clear.try_request("GET", "/login", &[], "").is_err());
    is_unharmed(world);
}

#[test]
fn a_handshake_of_noise_is_hung_up_on() {
    let world = World::start(&scenario("mx-one"));
    let site = world.site("mx-one");
    for noise in [[0_u8; 64], [0xff; 64], [0x16; 64], *b"\x16\x03\x03\xff\xff\x01\xff\xff\xff................................................\x00\x00\x00\x00\x00\x00\x00"] {
        let mut wire = Wire::bare(&site, Kind::Https).expect("the site answers");
        wire.send(&noise).expect("sent");
        wire.hang_up().expect("hung up");
        wire.rest().expect("the other side hangs up");
    }
    assert_eq!(curl(&site).get("/login").status, 200);
    is_unharmed(world);
}

#[test]
fn http_2_frames_of_noise_are_hung_up_on() {
    let world = World::start(&scenario("mx-one"));
    let site = world.site("mx-one");
    let preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".as_slice();
    // A frame's head is its length (3), type, flags and stream (4): RFC 9113 section 4.1.
    let frames: &[&[u8]] = &[
        b"\xff\xff\xff\x00\x00\x00\x00\x00\x01",
        b"\x00\x00\x05\x04\x00\x00\x00\x00\x00abcde",
        b"\x00\x00\x00\x04\x00\x00\x00\x00\x00\x00\x00\x04\x01\x05\x00\x00\x00\x01\xff\xff\xff\xff",
        b"\x00\x00\x00\x04\x00\x00\x00\x00\x00\x00\x00\x00\x09\x04\x00\x00\x00\x01",
    ];
    for frame in frames {
        let mut wire = Wire::to(&site, Kind::Https).expect("the site answers");
        wire.send(&[preface, frame].concat()).expect("sent");
        wire.hang_up().expect("hung up");
        wire.rest().expect("the other side hangs up");
    }
    assert_eq!(curl(&site).http2().get("/login").status, 200);
    is_unharmed(world);
}
