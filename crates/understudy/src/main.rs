//! One binary that stands in for the management plane of a PBX.

mod check;
mod cli;
mod controls;
mod inventory;
mod manifest;
mod products;
mod rehearse;
mod remote;
mod serve;
mod verify;

use std::process::ExitCode;

use clap::Parser;

use crate::cli::{Cli, Command};

fn main() -> ExitCode {
    if rustls::crypto::aws_lc_rs::default_provider().install_default().is_err() {
        return ExitCode::FAILURE;
    }
    let command = Cli::parse().command;
    // Of `verify`, status 1 says that a trail is not what was recorded: what cannot be read must not say so.
    let only_reads = matches!(
        command,
        Command::Check(_) | Command::Inventory(_) | Command::Manifest(_) | Command::Verify(_)
    );
    let done = match command {
        Command::Check(check) => check::run(&check),
        Command::Clock(clock) => remote::clock(&clock),
        Command::Controls(controls) => controls::run(&controls),
        Command::Inventory(inventory) => inventory::run(&inventory),
        Command::Manifest(manifest) => manifest::run(&manifest),
        Command::Rehearse(rehearse) => rehearse::run(&rehearse),
        Command::Serve(serve) => serve::run(&serve),
        Command::Sites(director) => remote::sites(&director),
        Command::Verify(verify) => verify::run(&verify),
    };
    done.unwrap_or_else(|error| {
        complain(&error);
        if only_reads
            || error.downcast_ref::<pbx_world::StartError>().is_some_and(pbx_world::StartError::is_mistake)
        {
            ExitCode::from(2)
        } else {
            ExitCode::FAILURE
        }
    })
}

/// Says what went wrong, and why, one cause per line.
#[expect(clippy::print_stderr, reason = "the last word of the program")]
fn complain(error: &anyhow::Error) {
    eprintln!("understudy: {error}");
    for cause in error.chain().skip(1) {
        eprintln!("  because {cause}");
    }
}
