use crate::driver::Measured;
use crate::figure::{Aim, Figure};
use crate::load::{Job, Site};
use crate::peer::NGINX;
use crate::peer::nginx::{Nginx, PAGE};
use crate::running::Running;
use crate::understudy::{SITE, Scenario, Understudy};

use super::Bench;

/// Requests a second for a page that needs a session, beside a static page of the same size.
pub(super) fn measure(bench: &Bench) -> anyhow::Result<Vec<Figure>> {
    let understudy = bench.start(&Scenario::one_site(0))?;
    let mut figures = Vec::new();
    for (name, path) in PAGES {
        figures.extend(page(bench, &understudy, name, path)?);
    }
    Ok(figures)
}

fn page(bench: &Bench, understudy: &Understudy, name: &str, path: &str) -> anyhow::Result<Vec<Figure>> {
    let form: String = form_urlencoded::Serializer::new(String::new())
        .append_pair(NAME.0, NAME.1)
        .append_pair(PASSWORD.0, PASSWORD.1)
        .finish();
    let site = Site {
        address: understudy.address(SITE, "https")?,
        trust: understudy.trust(),
        form: Some(("/login".to_owned(), form)),
        path: path.to_owned(),
    };
    let ours = run(bench, &understudy.running, site)?;
    let bytes = ours.outcome.bytes;
    let peer = beside(bench, bytes);

    let nginx = peer.as_ref().ok();
    let absence = peer.as_ref().err().map(|error| format!("nginx could not be measured: {error:#}"));
    let name = format!("HTTPS requests with a session, {name}");
    Ok(vec![
        Figure::new(&name, ours.rate(), "/s")
            .beside(NGINX, nginx.map(Measured::rate))
            .aim(Aim::TimesAtLeast(0.5))
            .clients([ours.client()])
            .clients(nginx.map(Measured::client))
            .note(ours.failures("pages of understudy"))
            .note(absence.unwrap_or_default())
            .note(format!("{name}: {path} of MX-ONE, {bytes} bytes, on {CONNECTIONS} connections")),
        Figure::new("… server CPU for one", ours.cpu_us(), "µs")
            .beside(NGINX, nginx.map(Measured::cpu_us))
            .note(NGINX_NOTE),
    ])
}

fn beside(bench: &Bench, bytes: usize) -> anyhow::Result<Measured> {
    let nginx = Nginx::start(&bench.folder()?, bytes)?;
    let site = Site { address: nginx.address, trust: nginx.trust, form: None, path: PAGE.to_owned() };
    run(bench, &nginx.running, site)
}

fn run(bench: &Bench, server: &Running, site: Site) -> anyhow::Result<Measured> {
    Measured::of(&Job::Pages { site, connections: CONNECTIONS, load: bench.scale.load }, server)
}

/// The first page after the login, and one with a table that is read from the store.
const PAGES: [(&str, &str); 2] = [("overview", "/"), ("users", "/users/user")];

/// The administrator of the Provisioning Manager, as the laboratory has it.
const NAME: (&str, &str) = ("userId", "System Setup Admin");
const PASSWORD: (&str, &str) = ("password", "Lab-Mx1-setup!");

/// Connections that stay.
const CONNECTIONS: usize = 16;

/// What the table cannot show.
const NGINX_NOTE: &str = "nginx: one worker, a static page of the same size over TLS, no log";
