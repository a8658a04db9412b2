//! What every product's web listener does the same way: versions of HTTP and TLS, headers, cookies, forgery.

use std::time::Duration;

use support::{Curl, Kind, Scenario, Site, World, curl};

use crate::faces::{APP_SUITE, FACES, Face};

#[test]
fn every_product_speaks_both_versions_of_http_and_of_tls() {
    let world = World::start(&Scenario::five().to_string());
    for face in FACES {
        let site = world.site(face.product);
        let page = face.login_page.0;
        assert_eq!(curl(&site).http1().get(page).version, "1.1", "{}", site.id);
        assert_eq!(curl(&site).http2().get(page).version, "2", "{}", site.id);
        assert_eq!(curl(&site).tls_max("1.2").get(page).status, 200, "{}", site.id);
        assert_eq!(curl(&site).option(&["--tlsv1.3"]).get(page).status, 200, "{}", site.id);
        let old = curl(&site).tls_max("1.1").try_request("GET", page, &[], "");
        assert!(old.is_err(), "{} speaks TLS 1.1", site.id);
    }
}

#[test]
fn pages_and_cookies_are_guarded() {
    let world = World::start(&Scenario::five().to_string());
    for face in FACES {
        let site = world.site(face.product);
        let visitor = curl(&site).http1();
        let page = visitor.get(face.login_page.0);
        let header = |name| page.header(name).unwrap_or_default();
        assert!(header("content-security-policy").contains("default-src 'none'"), "{}", site.id);
        assert_eq!(header("x-content-type-options"), "nosniff", "{}", site.id);
        assert_eq!(header("x-frame-options"), "DENY", "{}", site.id);
        assert_eq!(header("referrer-policy"), "same-origin", "{}", site.id);
        assert_eq!(header("cache-control"), "no-store", "{}", site.id);
        let answer = face.try_page(&visitor, 0, face.administrator, site.password(face.administrator));
        let cookie = answer.header("set-cookie").expect("a session").to_owned();
        for attribute in ["__Host-", "; Secure", "; HttpOnly", "; SameSite=Strict", "; Path=/"] {
            assert!(cookie.contains(attribute), "{}: {cookie} lacks {attribute}", site.id);
        }
        assert!(!visitor.url("/").is_empty() && visitor.get("/").status == 200, "{}", site.id);
    }
}

#[test]
fn a_form_without_its_token_or_from_elsewhere_is_refused() {
    let world = World::start(&Scenario::five().to_string());
    for face in FACES {
        let site = world.site(face.product);
        let visitor = face.person(&site, face.administrator, site.password(face.administrator));
        check_forged(face, &site, &visitor);
    }
}

#[track_caller]
fn check_forged(face: &Face, site: &Site, visitor: &Curl) {
    let action = format!("{}?do=own-password", face.own_page);
    let token = visitor.get(face.own_page).hidden("csrf").expect("a form with a token");
    let fields = |csrf: &'static str| [("current", "x"), ("password", "y"), ("confirm", "y"), ("csrf", csrf)];
    assert_eq!(visitor.post_form(&action, &fields("")[..3]).status, 403, "{}: none", site.id);
    assert_eq!(visitor.post_form(&action, &fields("forged")).status, 403, "{}: a forged one", site.id);
    let body = format!("current=x&password=y&confirm=y&csrf={token}");
    let from = |origin: &str| {
        let origin = format!("Origin: {origin}");
        let form = "Content-Type: application/x-www-form-urlencoded";
        visitor.request("POST", &action, &["--header", &origin, "--header", form], &body).status
    };
    assert_eq!(from("https://elsewhere.example"), 403, "{}: another origin", site.id);
    assert_eq!(from(visitor.url("").as_str()), 422, "{}: the page's own form is looked at", site.id);
}

#[test]
fn only_the_product_that_ships_with_plain_http_answers_it() {
    let world = World::start(&Scenario::five().to_string());
    for face in FACES {
        let site = world.site(face.product);
        let plain = site.listeners.iter().filter(|it| it.kind == Kind::Http).count();
        assert_eq!(plain, usize::from(face.product == APP_SUITE.product), "{}", site.id);
        let https = site.listener(Kind::Https);
        let base = format!("http://{}:{}", https.address, https.port);
        let answer = Curl::at(&base, &site.ca_file).try_request("GET", "/", &[], "");
        assert!(answer.is_err(), "{} answers plain HTTP where TLS is spoken", site.id);
    }
}

#[test]
fn a_session_ends_with_its_logout_and_no_page_is_seen_without_one() {
    let world = World::start(&Scenario::five().to_string());
    for face in FACES {
        let site = world.site(face.product);
        let stranger = curl(&site).get(face.accounts_page);
        assert_eq!((stranger.status, stranger.location()), (303, face.login_page.0), "{}", site.id);
        let visitor = face.person(&site, face.administrator, site.password(face.administrator));
        let page = visitor.get(face.accounts_page);
        assert_eq!(page.status, 200, "{}", site.id);
        // The cookie is kept and shown again: it is the session that must be over, not only the browser's copy.
        let cookie = cookie_of(&visitor);
        let csrf = page.hidden("csrf").expect("a form with a token");
        assert_eq!(visitor.post_form("/logout", &[("csrf", csrf.as_str())]).status, 303, "{}", site.id);
        let kept = curl(&site).header("Cookie", &cookie).get(face.accounts_page);
        assert_eq!((kept.status, kept.location()), (303, face.login_page.0), "{}", site.id);
    }
}

#[test]
fn a_token_is_needed_and_serves_until_it_is_given_back() {
    let world = World::start(&Scenario::five().to_string());
    for face in FACES {
        let site = world.site(face.product);
        assert_eq!(curl(&site).get(face.settings).status, 401, "{}", site.id);
        let forged = curl(&site).header("Authorization", "Bearer forged").get(face.settings);
        assert_eq!(forged.status, 401, "{}", site.id);
        let program = face.administrator(&site);
        program.read(face.settings);
        program.log_out();
        assert_eq!(program.curl.get(face.settings).status, 401, "{}", site.id);
    }
}

#[test]
fn an_idle_session_is_over_on_time() {
    let start = Scenario::five().frozen_at("2026-11-22T09:00:00Z").to_string();
    let world = World::start(&start);
    let idle = [("mx-one", 45), ("office-400", 15), ("micloud-portal", 30), ("app-suite", 20), ("oig", 30)];
    for (face, (product, minutes)) in FACES.into_iter().zip(idle) {
        let site = world.site(product);
        let visitor = face.person(&site, face.administrator, site.password(face.administrator));
        let minutes = Duration::from_mins(minutes);
        world.director().advance(minutes.saturating_sub(Duration::from_secs(1)));
        assert_eq!(visitor.get(face.own_page).status, 200, "{product}, a second before; it is in use again");
        world.director().advance(minutes);
        assert_eq!(visitor.get(face.own_page).location(), face.login_page.0, "{product}, on time");
    }
}

/// The session cookie of `visitor`, as a request shows it.
#[track_caller]
fn cookie_of(visitor: &Curl) -> String {
    let jar = visitor.cookies();
    let line =
        jar.lines().map(|line| line.trim_start_matches("#HttpOnly_")).rfind(|line| line.contains('\t'));
    let fields: Vec<_> = line.expect("a cookie").split('\t').collect();
    format!("{}={}", fields[5], fields[6])
}
