use anyhow::Context;

use crate::driver::Measured;
use crate::figure::{Aim, Figure};
use crate::load::{Job, Target, Way};
use crate::peer::{BARE_RUSSH, SSHD_BUILT_IN, SSHD_PROGRAM};
use crate::running::Running;

use super::{Bench, ECHO, ECHOED, PRINT_EXTENSION, Servers};

/// Reading commands a second on connections that stay.
pub(super) fn measure(bench: &Bench) -> anyhow::Result<Vec<Figure>> {
    let servers = Servers::start(bench)?;
    let mut figures = Vec::new();
    for kind in [Kind::Exec, Kind::Shell] {
        for connections in CONNECTIONS {
            let run = Run { bench, servers: &servers, kind, connections };
            figures.extend(run.figures().with_context(|| run.name())?);
        }
    }
    Ok(figures)
}

/// How commands are given.
#[derive(Clone, Copy)]
enum Kind {
    /// A channel each.
    Exec,
    /// A line in a shell.
    Shell,
}

/// One way on so many connections.
struct Run<'a> {
    bench: &'a Bench,
    servers: &'a Servers,
    kind: Kind,
    connections: usize,
}

impl Run<'_> {
    fn figures(&self) -> anyhow::Result<Vec<Figure>> {
        let servers = self.servers;
        let print = || self.kind.way(PRINT_EXTENSION, &servers.marker);
        let ours = self.measure(&servers.understudy.running, &servers.target, print())?;
        let bare = self.measure(&servers.bare.running, &servers.bare_target, print())?;
        let rate = || Figure::new(self.name(), ours.rate(), "/s").clients([ours.client()]);
        let mut figures = vec![
            rate()
                .beside(BARE_RUSSH, Some(bare.rate()))
                .aim(Aim::TimesAtLeast(0.5))
                .clients([bare.client()])
                .note(ours.failures("commands at understudy"))
                .note(bare.failures("commands at the bare russh server")),
        ];
        for (peer, command) in self.kind.asked_of_sshd() {
            let sshd = self.sshd(command)?;
            figures.push(
                rate()
                    .beside(peer, sshd.as_ref().map(Measured::rate))
                    .aim(Aim::TimesAtLeast(10.0))
                    .clients(sshd.as_ref().map(Measured::client))
                    .note(sshd.as_ref().map(|it| it.failures("commands at sshd")).unwrap_or_default())
                    .note(servers.absence()),
            );
        }
        figures.push(
            Figure::new("… server CPU for one", ours.cpu_us(), "µs")
                .beside(BARE_RUSSH, Some(bare.cpu_us()))
                .note(NOTE),
        );
        Ok(figures)
    }

    fn sshd(&self, command: &str) -> anyhow::Result<Option<Measured>> {
        let Ok((sshd, target)) = &self.servers.sshd else { return Ok(None) };
        self.measure(&sshd.running, target, self.kind.way(command, ECHOED)).map(Some)
    }

    fn measure(&self, server: &Running, target: &Target, way: Way) -> anyhow::Result<Measured> {
        let (target, connections) = (target.clone(), self.connections);
        Measured::of(&Job::Commands { target, connections, way, load: self.bench.scale.load }, server)
    }

    fn name(&self) -> String {
        let kind = match self.kind {
            Kind::Exec => "exec",
            Kind::Shell => "shell",
        };
        let plural = if self.connections == 1 { "" } else { "s" };
        format!("commands by {kind}, {} connection{plural}", self.connections)
    }
}

impl Kind {
    fn way(self, command: &str, marker: &str) -> Way {
        let (command, marker) = (command.to_owned(), marker.to_owned());
        match self {
            Self::Exec => Way::Exec { lanes: LANES, command },
            Self::Shell => Way::Shell { lanes: 1, ahead: LINES_AHEAD, command, marker },
        }
    }

    /// What sshd runs, and what the table calls it. By exec each command is a shell of its own anyway; in a shell
    /// one that is built in runs no program, as no command of a system behind sshd would.
    const fn asked_of_sshd(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Exec => &[(SSHD_BUILT_IN, ECHO)],
            Self::Shell => &[(SSHD_BUILT_IN, ECHO), (SSHD_PROGRAM, "/bin/echo ready.")],
        }
    }
}

/// How many connections there are.
const CONNECTIONS: [usize; 2] = [1, 8];

/// Channels open at once on a connection: OpenSSH's own default limit is 10.
const LANES: usize = 8;

/// Lines typed ahead in a shell: as when a script is pasted.
const LINES_AHEAD: usize = 32;

/// What the table cannot show.
const NOTE: &str = "commands: `extension -p -d 2001` at understudy, the same answer as a constant at the bare russh \
     server, `echo` at sshd (built into its shell, or /bin/echo, a program each); by exec with 8 channels at once on a \
     connection, by shell with one shell on a connection and 32 lines typed ahead";
