use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use serde::Serialize;

use crate::figure::{Client, Figure, Rounded};
use crate::table::Table;

/// All that was measured.
#[derive(Serialize)]
pub(crate) struct Report {
    machine: Machine,
    /// Whether the scale was the small one.
    quick: bool,
    /// Whether everything was built for release.
    optimised: bool,
    figures: Vec<Figure>,
    /// What could not be measured, and why.
    failures: Vec<String>,
}

/// Where it was measured.
#[derive(Serialize)]
struct Machine {
    cores: usize,
    processor: String,
    kernel: String,
    /// The share of its cores, 0 to 1, that others used just before.
    busy: f64,
}

impl Report {
    pub(crate) fn new(quick: bool, optimised: bool) -> Self {
        Self { machine: Machine::here(), quick, optimised, figures: Vec::new(), failures: Vec::new() }
    }

    pub(crate) fn add(&mut self, figures: Vec<Figure>) {
        self.figures.extend(figures);
    }

    pub(crate) fn fail(&mut self, group: &str, error: &anyhow::Error) {
        let failure = format!("{group}: {error:#}");
        tell(&format!("FAILED {failure}"));
        self.failures.push(failure);
    }

    /// Whether everything could be measured.
    pub(crate) fn is_whole(&self) -> bool {
        self.failures.is_empty()
    }

    pub(crate) fn print(&self, out: &mut impl io::Write) -> io::Result<()> {
        let Machine { cores, processor, kernel, busy } = &self.machine;
        writeln!(out, "{cores} cores ({processor}), Linux {kernel}; servers and the load client share them")?;
        if *busy >= BUSY {
            writeln!(out, "others used {:.0} % of it when the bench began: expect noise", busy * 100.0)?;
        }
        if self.quick {
            writeln!(out, "--quick: too short to be quoted")?;
        }
        if !self.optimised {
            writeln!(out, "not a release build: these figures say nothing about speed")?;
        }
        writeln!(out)?;
        self.table().print(out)?;
        self.notes(out)
    }

    pub(crate) fn write(&self, file: &Path) -> anyhow::Result<()> {
        if let Some(folder) = file.parent() {
            fs::create_dir_all(folder)?;
        }
        let mut out = File::create(file)?;
        serde_json::to_writer_pretty(&mut out, self)?;
        out.write_all(b"\n")?;
        Ok(())
    }

    fn table(&self) -> Table {
        let heads = ["figure", "understudy", "unit", "peer", "its", "ratio", "aim", "reached", "client CPU"];
        let mut table = Table::new(&heads, &[1, 4, 5]);
        for figure in &self.figures {
            let number = |it: Option<f64>| it.map_or(String::new(), |it| Rounded(it).to_string());
            let absent = || if figure.peer.is_some() { "absent".to_owned() } else { String::new() };
            table.add(vec![
                figure.name.clone(),
                Rounded(figure.value).to_string(),
                figure.unit.to_owned(),
                figure.peer.unwrap_or_default().to_owned(),
                figure.peer_value.map_or_else(absent, |it| Rounded(it).to_string()),
                number(figure.ratio),
                figure.aim.map_or(String::new(), |aim| aim.to_string()),
                figure.reached.map_or("", |it| if it { "yes" } else { "NO" }).to_owned(),
                clients(figure),
            ]);
        }
        table
    }

    fn notes(&self, out: &mut impl io::Write) -> io::Result<()> {
        let mut notes: Vec<String> = Vec::new();
        let bound = self.figures.iter().filter(|it| it.is_client_bound());
        if bound.count() > 0 {
            notes.push(
                "! the load client was the bottleneck: the rate is the client's, the server could do more"
                    .to_owned(),
            );
        }
        for figure in &self.figures {
            notes.extend(figure.notes.iter().cloned());
        }
        notes.extend(self.failures.iter().map(|it| format!("NOT MEASURED: {it}")));
        let mut said = Vec::new();
        for note in notes {
            if !said.contains(&note) {
                writeln!(out, "{}{note}", if said.is_empty() { "\n" } else { "" })?;
                said.push(note);
            }
        }
        Ok(())
    }
}

/// Says how it goes, beside the table.
pub(crate) fn tell(text: &str) {
    // Nothing is left to be done where even this cannot be said.
    let _ = writeln!(io::stderr(), "bench: {text}");
}

impl Machine {
    fn here() -> Self {
        let processor = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let model = processor.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
        Self {
            cores: crate::proc::cores(),
            processor: model.map_or("unknown", |(_, name)| name).to_owned(),
            kernel: rustix::system::uname().release().to_string_lossy().into_owned(),
            busy: crate::proc::busy_share(),
        }
    }
}

/// The client's share for Understudy and for the peer, the one that held it back marked.
fn clients(figure: &Figure) -> String {
    let share = |it: &Client| format!("{:.0} %{}", it.share * 100.0, if it.bottleneck { " !" } else { "" });
    figure.client.iter().map(share).collect::<Vec<_>>().join(" / ")
}

/// The share of the machine from which on others disturb.
const BUSY: f64 = 0.05;
