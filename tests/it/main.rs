//! The integration tests: Understudy as real clients meet it, and the rules that the code keeps.

// Always so; said for clippy, which lets only tests unwrap.
#![cfg(test)]

mod clients;
mod crash;
mod disk;
mod engine;
mod faces;
mod held;
mod hostile;
mod limits;
mod permission;
mod roles;
mod simulation;
mod tidy;
mod trail;
mod transcript;
