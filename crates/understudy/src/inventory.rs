//! `understudy inventory`: what the sites of a scenario hold of people.

use std::io::{ErrorKind, Write};
use std::process::ExitCode;

use anyhow::{Result, bail};
use pbx_inventory::{Inventory, SiteFacts, article_30, to_csv, to_json_ld};
use pbx_world::SiteOutline;

use crate::cli;
use crate::cli::RecordFormat;
use crate::products::PRODUCTS;
use crate::serve::read_scenario;

/// Prints the record of processing activities of the sites that are asked for.
pub(crate) fn run(inventory: &cli::Inventory) -> Result<ExitCode> {
    let sites = read_scenario(inventory.scenario.as_deref())?.outline(PRODUCTS, &[])?;
    let wanted = |it: &&SiteOutline| {
        inventory.site.as_deref().is_none_or(|site| it.id.to_string() == site)
            && inventory.product.as_deref().is_none_or(|product| it.policy.product.id == product)
    };
    let records: Vec<Inventory> = sites.iter().filter(wanted).map(record).collect();
    if records.is_empty() {
        let known: Vec<_> = sites.iter().map(|it| format!("{} ({})", it.id, it.policy.product.id)).collect();
        bail!("there is no such site: choose one of {}", known.join(", "));
    }
    let text = match inventory.format {
        RecordFormat::Csv => to_csv(&records)?,
        RecordFormat::JsonLd => to_json_ld(&records) + "\n",
    };
    match std::io::stdout().write_all(text.as_bytes()) {
        // Whoever reads has seen enough, as `head` does.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(ExitCode::SUCCESS),
        written => Ok(written.map(|()| ExitCode::SUCCESS)?),
    }
}

fn record(site: &SiteOutline) -> Inventory {
    // Nothing runs, so that every setting is as the site begins with it: the profile stands in the policy already.
    let facts = SiteFacts { id: site.id.to_string(), release: site.release.clone(), ..SiteFacts::default() };
    article_30(&site.policy, &facts)
}
