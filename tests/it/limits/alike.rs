//! An unknown account, a locked one and a wrong password look the same to the caller, to the byte.

use support::{Response, curl, ssh};

use super::{Door, Stand, WRONG};
use crate::faces::{APP_SUITE, Face, MX_ONE, OFFICE_400, PORTAL};

#[test]
fn refused_logins_differ_in_nothing_but_the_name_that_was_typed() {
    for (face, locked, failures) in [
        (&MX_ONE, "lea.sommer", 3),
        (&OFFICE_400, "assistant", 15),
        (&APP_SUITE, "alma.berg", 5),
        (&PORTAL, "desk1", 1),
    ] {
        let stand = Stand::of(face);
        stand.fail(&vec![Door::Web; failures], locked);
        let right = stand.site.password(locked).to_owned();
        let check = |unknown, attempt: &dyn Fn(&str, &str) -> Response| {
            // Who is locked, who is not there, who mistyped; the last two for the first time.
            let tries = [(locked, right.as_str()), (unknown, WRONG), (face.administrator, WRONG)];
            check_alike(face, if face.product == PORTAL.product { &tries[1..] } else { &tries }, attempt);
            assert!(
                stand.admits(Door::Web, face.administrator),
                "{}: a success clears the count",
                face.product
            );
        };
        let visitor = || curl(&stand.site).http1();
        check("nobody.here", &|name, password| face.try_page(&visitor(), 0, name, password));
        check("nobody.there", &|name, password| face.try_route(&visitor(), name, password));
        check("nobody.else", &|name, password| face.try_page(&curl(&stand.site).http2(), 0, name, password));
    }
}

#[test]
fn refused_logins_over_ssh_differ_in_nothing_but_the_name_that_was_typed() {
    let stand = Stand::of(&MX_ONE);
    stand.fail(&[Door::Ssh; 3], "level3");
    let told = |name: &str, password: &str| {
        let client = ssh(&stand.site, name, password).prompts(2);
        let output = client.exec("help");
        (output.status, output.stderr.replace(name, "NAME"), output.stdout, client.asked().len())
    };
    let locked = told("level3", stand.site.password("level3"));
    let unknown = told("nobody.here", WRONG);
    let wrong = told("level7", WRONG);
    assert_eq!(locked, wrong);
    assert_eq!(unknown, wrong);
}

#[test]
fn a_name_that_nobody_has_is_closed_like_any_other() {
    let stand = Stand::of(&MX_ONE);
    let stubborn = ssh(&stand.site, "nobody.here", WRONG).prompts(6);
    let output = stubborn.exec("help");
    assert!(output.stderr.contains("Too many authentication failures"), "{}", output.stderr);
    stand.check_count("auth.rejected", 3);
    let visitor = curl(&stand.site).http1();
    for attempt in 1..=3 {
        let answer = MX_ONE.try_route(&visitor, "someone.else", WRONG);
        assert_eq!(answer.header("connection") == Some("close"), attempt == 3, "attempt {attempt}");
    }
}

#[track_caller]
fn check_alike(face: &Face, tries: &[(&str, &str)], attempt: &dyn Fn(&str, &str) -> Response) {
    let told = |(name, password): &(&str, &str)| {
        let answer = attempt(name, password);
        let headers: Vec<_> = answer.headers.iter().filter(|(name, _)| !varies(name)).cloned().collect();
        (answer.status, headers, answer.body.replace(name, "NAME"))
    };
    let first = told(&tries[0]);
    for other in &tries[1..] {
        assert_eq!(told(other), first, "{}: {other:?}", face.product);
    }
}

/// Whether a header says when, or how long the typed name is.
fn varies(header: &str) -> bool {
    matches!(header, "date" | "content-length")
}
