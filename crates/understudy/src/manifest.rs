//! `understudy manifest`: where the invented people of a site occur.

use std::io::{BufWriter, ErrorKind, Write as _};
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};

use crate::cli::Manifest;
use crate::products::PRODUCTS;
use crate::serve::read_scenario;

/// Prints the manifest of the site, or of one person there.
pub(crate) fn run(manifest: &Manifest) -> Result<ExitCode> {
    let sites = read_scenario(manifest.scenario.as_deref())?.outline(PRODUCTS, &[])?;
    let Some(site) = sites.iter().find(|it| it.id.to_string() == manifest.site) else {
        let known: Vec<_> = sites.iter().map(|it| it.id.to_string()).collect();
        bail!("there is no such site: choose one of {}", known.join(", "));
    };
    let population = site
        .population
        .as_ref()
        .with_context(|| format!("the site {} has no people: its scenario has no [sites.people]", site.id))?;
    let found = population.manifest(&site.id, manifest.person.as_deref())?;
    if let Some(person) = manifest.person.as_deref().filter(|_| found.subjects.is_empty()) {
        bail!("nobody at {} is called {person}, or has that extension, number or e-mail address", site.id);
    }
    let mut out = BufWriter::new(std::io::stdout().lock());
    let printed = serde_json::to_writer_pretty(&mut out, &found).map_err(std::io::Error::from);
    match printed.and_then(|()| writeln!(out)).and_then(|()| out.flush()) {
        // Whoever reads has seen enough, as `head` does.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(ExitCode::SUCCESS),
        written => Ok(written.map(|()| ExitCode::SUCCESS)?),
    }
}
