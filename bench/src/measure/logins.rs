use crate::driver::Measured;
use crate::figure::{Aim, Figure};
use crate::load::{Job, Target};
use crate::peer::{BARE_RUSSH, SSHD};
use crate::running::Running;

use super::{Bench, ECHO, PRINT_EXTENSION, Servers, hashing_note};

/// SSH logins with one command each, a second, and what one costs the server.
pub(super) fn measure(bench: &Bench) -> anyhow::Result<Vec<Figure>> {
    let servers = Servers::start(bench)?;
    let mut figures = Vec::new();
    for clients in CLIENTS {
        figures.extend(with(bench, &servers, clients)?);
    }
    Ok(figures)
}

fn with(bench: &Bench, servers: &Servers, clients: usize) -> anyhow::Result<Vec<Figure>> {
    let ours = run(bench, &servers.understudy.running, &servers.target, PRINT_EXTENSION, clients)?;
    let bare = run(bench, &servers.bare.running, &servers.bare_target, PRINT_EXTENSION, clients)?;
    let sshd = servers.sshd.as_ref().ok();
    let sshd = sshd.map(|(sshd, target)| run(bench, &sshd.running, target, ECHO, clients)).transpose()?;

    let of_sshd = |it: fn(&Measured) -> f64| sshd.as_ref().map(it);
    let rate = || {
        Figure::new(name("SSH logins with a command", clients), ours.rate(), "/s").clients([ours.client()])
    };
    let rest = || Figure::new("… server CPU for one, beside hashing", ours.rest_us(), "µs");
    Ok(vec![
        rate()
            .beside(BARE_RUSSH, Some(bare.rate()))
            .clients([bare.client()])
            .note(ours.failures("logins at understudy"))
            .note(bare.failures("logins at the bare russh server")),
        rate()
            .beside(SSHD, of_sshd(Measured::rate))
            .clients(sshd.as_ref().map(Measured::client))
            .note(sshd.as_ref().map(|it| it.failures("logins at sshd")).unwrap_or_default())
            .note(servers.absence())
            .note(KEY_NOTE),
        Figure::new("… server CPU for one, hashing", ours.hashing_us(), "µs").note(hashing_note()),
        rest().beside(BARE_RUSSH, Some(bare.cpu_us())).aim(Aim::TimesAtMost(2.0)),
        rest().beside(SSHD, of_sshd(Measured::cpu_us)),
    ])
}

fn run(
    bench: &Bench,
    server: &Running,
    target: &Target,
    command: &str,
    clients: usize,
) -> anyhow::Result<Measured> {
    let (target, command) = (target.clone(), command.to_owned());
    Measured::of(&Job::Logins { target, clients, command, load: bench.scale.load }, server)
}

fn name(what: &str, clients: usize) -> String {
    format!("{what}, {clients} client{}", if clients == 1 { "" } else { "s" })
}

/// How many clients log in side by side.
const CLIENTS: [usize; 3] = [1, 8, 32];

/// What the table cannot show.
const KEY_NOTE: &str = "sshd (key): logs in by public key, because passwords would need PAM and an account of the \
     system; it hashes nothing, and forks processes and a shell for each login, all of which count";
