//! `understudy check`: are these files right?

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result};
use pbx_policy::Policy;
use pbx_world::Scenario;

use crate::cli::Check;
use crate::products::PRODUCTS;

/// Checks every file and says what is wrong with each; exit status 2 where something is.
#[expect(clippy::print_stdout, reason = "the verdicts are what the command is for")]
pub(crate) fn run(check: &Check) -> Result<ExitCode> {
    let mut wrong = false;
    for file in &check.files {
        match check_file(file)? {
            Ok(what) => println!("{}: {what}", file.display()),
            Err(mistakes) => {
                wrong = true;
                println!("{mistakes}");
            }
        }
    }
    Ok(if wrong { ExitCode::from(2) } else { ExitCode::SUCCESS })
}

/// What the file is, or what is wrong with it.
fn check_file(file: &Path) -> Result<Result<String, String>> {
    let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    let name = file.display().to_string();
    if is_policy(&text) {
        return Ok(match Policy::parse(&name, &text) {
            Ok(policy) => Ok(format!("a policy for {}, without a mistake", policy.product.name)),
            Err(error) => Err(error.to_string()),
        });
    }
    Ok(match Scenario::read(file).and_then(|scenario| scenario.check(PRODUCTS, &[]).map(|()| scenario)) {
        Ok(scenario) => Ok(format!("a scenario of {} sites, without a mistake", scenario.sites.len())),
        Err(error) => Err(error.to_string()),
    })
}

/// Whether it is a policy: scenarios have sites, policies a product.
fn is_policy(text: &str) -> bool {
    text.lines().any(|line| line.trim() == "[product]")
}
