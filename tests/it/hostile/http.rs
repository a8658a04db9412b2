//! HTTP as no browser speaks it.

use std::thread;

use serde_json::json;
use support::{Api, Kind, Reply, Site, Wire, World, scenario};

use super::{is_unharmed, still_serves, tells_nothing};

#[test]
fn a_request_that_is_none_is_refused_in_one_line() {
    let world = World::start(&scenario("mx-one"));
    let site = world.site("mx-one");
    let oversized = "a".repeat(70_000);
    let many = "X-Many: 1\r\n".repeat(200);
    let cases: &[(&str, &str)] = &[
        ("no request at all", "GARBAGE\r\n\r\n"),
        ("a version from the future", "GET / HTTP/9.9\r\n\r\n"),
        ("a method with a control byte", "G\u{1}T / HTTP/1.1\r\nHost: a\r\n\r\n"),
        ("a NUL in the path", "GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n"),
        ("a space in the path", "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n"),
        ("a NUL in a header", "GET /login HTTP/1.1\r\nHost: a\r\nX: \0\r\n\r\n"),
        ("a header without a name", "GET /login HTTP/1.1\r\nHost: a\r\n: x\r\n\r\n"),
        ("a folded header", "GET /login HTTP/1.1\r\nHost: a\r\nX: a\r\n b\r\n\r\n"),
        ("a header that is too long", &format!("GET /login HTTP/1.1\r\nHost: a\r\nX: {oversized}\r\n\r\n")),
        ("too many headers", &format!("GET /login HTTP/1.1\r\nHost: a\r\n{many}\r\n")),
        ("a path that is too long", &format!("GET /{oversized} HTTP/1.1\r\nHost: a\r\n\r\n")),
        (
            "two lengths",
            "POST /login HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 5\r\n\r\nabcde",
        ),
        ("a length below zero", "POST /login HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n"),
        (
            "a length that no number holds",
            &format!("POST /login HTTP/1.1\r\nHost: a\r\nContent-Length: {}\r\n\r\n", "9".repeat(40)),
        ),
        ("a body that is too long", "POST /login HTTP/1.1\r\nHost: a\r\nContent-Length: 5000000\r\n\r\n"),
        (
            "a chunk that is none",
            "POST /login HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        ),
        (
            "chunks coded twice",
            "POST /login HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        ),
    ];
    for (what, request) in cases {
        let reply = exchange(&site, request.as_bytes());
        assert!(matches!(reply.status, 400..=431), "{what}: {}{}", reply.head, reply.text());
        tells_nothing(what, &format!("{}{}", reply.head, reply.text()));
    }
    let not_text = [
        b"GET /login HTTP/1.1\r\nHost: a\r\nX: \xff\xfe\r\n\r\n".as_slice(),
        b"GET /\xff\xfe HTTP/1.1\r\nHost: a\r\n\r\n",
    ];
    for request in not_text {
        let reply = exchange(&site, request);
        assert!(matches!(reply.status, 400..=431), "{}{}", reply.head, reply.text());
    }
    still_serves(&site);
    is_unharmed(world);
}

#[test]
fn chunks_without_end_are_cut_off() {
    let world = World::start(&scenario("mx-one"));
    let site = world.site("mx-one");
    let mut wire = Wire::to(&site, Kind::Https).expect("the site answers");
    wire.send(b"POST /login HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n").expect("sent");
    let chunk = format!("10000\r\n{}\r\n", "a".repeat(0x1_0000));
    // The other side stops reading at its limit, so that sending fails, or answers without having read on.
    let sent = (0..200).take_while(|_| wire.send(chunk.as_bytes()).is_ok()).count();
    assert!(sent < 200, "13 MB were read");
    still_serves(&site);
    is_unharmed(world);
}

#[test]
fn a_request_for_what_is_not_there_is_an_answer_like_any_other() {
    let world = World::start(&scenario("mx-one"));
    let site = world.site("mx-one");
    let paths = [
        "/%00",
        "/%ff%fe",
        "/%c0%ae%c0%ae/",
        "/../../../../etc/passwd",
        "/%2e%2e%2f%2e%2e%2fetc%2fpasswd",
        "//evil.example/",
        "/login/../login",
        "/login%0d%0aSet-Cookie:%20a=b",
        "/pm-api/v1/users/%00",
        "/pm-api/v1/users/%ff",
        "/pm-api/v1/users/..%2f..",
        "/?%ff=%00&a=%zz&a=b&a",
        "/pm-api/v1/users?search=%00%ff",
        "/login?next=https://evil.example/",
        "/login?next=//evil.example/",
        "/login?next=%0d%0aX:1",
    ];
    for path in paths {
        let request = format!("GET {path} HTTP/1.1\r\nHost: a\r\n\r\n");
        let reply = exchange(&site, request.as_bytes());
        assert!(matches!(reply.status, 200 | 303 | 400..=404), "{path}: {}{}", reply.head, reply.text());
        assert!(!reply.head.to_lowercase().contains("\r\nset-cookie: a=b"), "{path}: {}", reply.head);
        let location = reply.head.lines().find(|it| it.to_lowercase().starts_with("location:")).unwrap_or("");
        assert!(!location.contains("//"), "{path} sends the visitor away: {location}");
        tells_nothing(path, &format!("{}{}", reply.head, reply.text()));
    }
    let lines = [
        "TRACE / HTTP/1.1",
        "TRACE /login HTTP/1.1",
        "CONNECT evil.example:443 HTTP/1.1",
        "OPTIONS * HTTP/1.1",
        "PROPFIND / HTTP/1.1",
        "get /login HTTP/1.1",
        "DELETE /login HTTP/1.1",
        "PUT /pm-api/v1/users HTTP/1.1",
        "GET https://evil.example/nowhere HTTP/1.1",
        "POST /nowhere HTTP/1.1",
        "A_METHOD_THAT_GOES_ON / HTTP/1.1",
    ];
    for line in lines {
        let request = format!("{line}\r\nHost: a\r\nX-Mine: the-echo\r\nContent-Length: 0\r\n\r\n");
        let reply = exchange(&site, request.as_bytes());
        assert!(matches!(reply.status, 303 | 400..=431 | 501), "{line}: {}{}", reply.head, reply.text());
        let all = format!("{}{}", reply.head, reply.text());
        assert!(!all.contains("the-echo") && !all.contains("evil.example"), "{line}: {all}");
        tells_nothing(line, &all);
    }
    still_serves(&site);
    is_unharmed(world);
}

#[test]
fn a_body_that_is_none_is_refused_and_makes_nothing() {
    let world = World::start(&scenario("mx-one"));
    let site = world.site("mx-one");
    let mut api = Api::to(&site).expect("the site answers");
    let password = site.password("mxone_admin");
    assert_eq!(api.log_in("/auth/login", "mxone_admin", password).expect("answered").status, 200);
    let token = api.token().expect("logged in").to_owned();
    let before = api.get("/pm-api/v1/users").expect("answered").text();
    let deep = "[".repeat(100_000);
    let deep_object = "{\"a\":".repeat(100_000);
    let many = (0..60_000).map(|it| format!("\"a{it}\":1,")).collect::<String>();
    let long = "n".repeat(900_000);
    let cases: &[(&str, &str, Vec<u8>)] = &[
        ("deep arrays", JSON, deep.into_bytes()),
        ("deep objects", JSON, deep_object.into_bytes()),
        ("no end", JSON, b"{\"name\":\"x".to_vec()),
        ("an array", JSON, b"[1,2]".to_vec()),
        ("a number that is none", JSON, b"{\"name\":1e999}".to_vec()),
        ("half a surrogate", JSON, b"{\"name\":\"\\ud800\"}".to_vec()),
        ("no UTF-8", JSON, b"{\"name\":\"\xff\xfe\"}".to_vec()),
        ("a NUL in a name", JSON, b"{\"name\":\"a\\u0000b\"}".to_vec()),
        ("a line end in a name", JSON, b"{\"name\":\"a\\r\\nb\"}".to_vec()),
        ("an escape in a name", JSON, b"{\"name\":\"a\\u001b[2J\"}".to_vec()),
        ("a name that is too long", JSON, format!("{{\"name\":\"{long}\"}}").into_bytes()),
        ("no name", JSON, format!("{{{many}\"b\":1}}").into_bytes()),
        ("a role that is none", JSON, b"{\"name\":\"hostile\",\"role\":\"\\u0000\"}".to_vec()),
        ("XML", "application/xml", b"<name>hostile</name>".to_vec()),
        ("a part of a form", "multipart/form-data; boundary=x", b"--x\r\n\r\nhostile\r\n--x--".to_vec()),
        ("no UTF-8 in a form", FORM, b"name=%ff%fe%00".to_vec()),
        ("a form of nothing", FORM, "&=&".repeat(100_000).into_bytes()),
    ];
    for (what, content_type, body) in cases {
        let reply = exchange(&site, &post("/pm-api/v1/users", content_type, Some(&token), body));
        assert!(matches!(reply.status, 400..=422), "{what}: {}{}", reply.head, reply.text());
        tells_nothing(what, &reply.text());
        // The login takes the same bodies from anybody.
        let reply = exchange(&site, &post("/auth/login", content_type, None, body));
        assert!(matches!(reply.status, 400..=422), "login, {what}: {}{}", reply.head, reply.text());
        tells_nothing(what, &reply.text());
        let reply = exchange(&site, &post("/login", content_type, None, body));
        assert!(
            matches!(reply.status, 200 | 303 | 400..=422),
            "page, {what}: {}{}",
            reply.head,
            reply.text()
        );
        tells_nothing(what, &reply.text());
    }
    assert_eq!(api.get("/pm-api/v1/users").expect("answered").text(), before, "something was made");
    still_serves(&site);
    is_unharmed(world);
}

#[test]
fn a_value_given_twice_counts_once() {
    let world = World::start(&scenario("mx-one"));
    let site = world.site("mx-one");
    let mut api = Api::to(&site).expect("the site answers");
    let password = site.password("mxone_admin");
    assert_eq!(api.log_in("/auth/login", "mxone_admin", password).expect("answered").status, 200);
    let token = api.token().expect("logged in").to_owned();
    let twice = b"name=first&name=second&role=end-user&role=department-admin".to_vec();
    let reply = exchange(&site, &post("/pm-api/v1/users", FORM, Some(&token), &twice));
    let users = api.get("/pm-api/v1/users").expect("answered").text();
    let made = ["\"first\"", "\"second\""].iter().filter(|name| users.contains(**name)).count();
    assert_eq!(made, usize::from(reply.status == 200), "{}: {users}", reply.text());
    // A token in a header that comes twice is no token.
    let request = format!(
        "GET /pm-api/v1/users HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer x\r\nAuthorization: Bearer {token}\r\n\r\n"
    );
    assert_eq!(exchange(&site, request.as_bytes()).status, 401);
    is_unharmed(world);
}

#[test]
fn thousands_of_connections_that_come_and_go_leave_nothing_behind() {
    let world = World::start(&scenario("mx-one"));
    let site = world.site("mx-one");
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for round in 0..CONNECTIONS / 4 {
                    let kind = if round % 2 == 0 { Kind::Https } else { Kind::Ssh };
                    // One that is turned away because there are too many is right as well.
                    let Ok(mut wire) = Wire::bare(&site, kind) else { continue };
                    if round % 4 < 2 {
                        let _ = wire.send(b"\x16\x03\x01\x02\x00\x01\x00");
                    }
                }
            });
        }
    });
    still_serves(&site);
    // Some that stay, and say nothing: an honest client finds room beside them.
    let held: Vec<_> = (0..HELD).filter_map(|_| Wire::bare(&site, Kind::Https).ok()).collect();
    still_serves(&site);
    drop(held);
    still_serves(&site);
    is_unharmed(world);
}

#[test]
fn a_login_page_answers_what_it_cannot_use_with_itself() {
    let world = World::start(&scenario("mx-one"));
    let site = world.site("mx-one");
    let visitor = support::curl(&site);
    let script = "<script>alert(1)</script>\"'&";
    let page = visitor.post_form("/login", &[("userId", script), ("password", script)]);
    assert!(!page.body.contains("<script>"), "{}", page.body);
    let mut api = Api::to(&site).expect("the site answers");
    for name in ["", "\u{0}", "\u{1b}[2J", "\u{202e}nimda", &"ä".repeat(100_000)] {
        let reply =
            api.post("/auth/login", &json!({ "username": name, "password": name })).expect("answered");
        assert_eq!(reply.status, 400, "{}", reply.text());
        tells_nothing("a login", &reply.text());
    }
    is_unharmed(world);
}

/// Sends `request` on a connection of its own and reads the answer.
#[track_caller]
fn exchange(site: &Site, request: &[u8]) -> Reply {
    let mut wire = Wire::to(site, Kind::Https).expect("the site answers");
    // What is refused half-way may be answered before all of it is sent.
    let _ = wire.send(request);
    wire.reply().unwrap_or_else(|error| {
        let start = String::from_utf8_lossy(&request[..request.len().min(100)]).into_owned();
        panic!("no answer ({error}) to {start:?}")
    })
}

fn post(path: &str, content_type: &str, token: Option<&str>, body: &[u8]) -> Vec<u8> {
    let token = token.map(|it| format!("Authorization: Bearer {it}\r\n")).unwrap_or_default();
    let length = body.len();
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: a\r\nContent-Type: {content_type}\r\n{token}Content-Length: {length}\r\n\r\n"
    );
    [head.as_bytes(), body].concat()
}

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";

/// Connections that are opened and dropped.
const CONNECTIONS: usize = 4_000;

/// Connections that are kept: fewer than one address may have, and than a process may open files.
const HELD: usize = 400;
