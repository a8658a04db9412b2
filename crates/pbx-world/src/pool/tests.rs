use std::sync::mpsc;

use super::*;

fn pool() -> Pool {
    Pool::start(HashCost::low(), 2).expect("threads")
}

/// Puts a job in line that keeps its worker busy until the answer is dropped.
fn occupy(pool: &Pool) -> mpsc::Sender<()> {
    let (release, hold) = mpsc::channel::<()>();
    let (sender, begun) = mpsc::channel();
    let job: Job = Box::new(move |_| {
        sender.send(()).expect("the test waits");
        // Ends when the other side is dropped.
        let _ = hold.recv();
    });
    lock(&pool.shared.line).logins.push_back(job);
    pool.shared.wake.notify_one();
    begun.recv().expect("a worker took it");
    release
}

#[tokio::test]
async fn only_the_right_password_matches() {
    let pool = pool();
    let verifier = pool.hash(Secret::new("right"), [1; 16]).await.expect("hashed");
    assert_eq!(pool.verify(Secret::new("right"), Some(verifier.clone())).await, Ok(true));
    assert_eq!(pool.verify(Secret::new("wrong"), Some(verifier)).await, Ok(false));
    assert_eq!(pool.verify(Secret::new("right"), None).await, Ok(false), "nobody has this password");
}

#[tokio::test]
async fn a_full_line_refuses_and_takes_again_once_it_moves() {
    let pool = Pool::start(HashCost::low(), 1).expect("threads");
    let busy = occupy(&pool);
    for _ in 0..LOGINS_MAX {
        lock(&pool.shared.line).logins.push_back(Box::new(|_| ()));
    }
    assert_eq!(pool.verify(Secret::new("a"), None).await, Err(PoolError::Full));
    lock(&pool.shared.line).logins.pop_back();
    let (verified, ()) = tokio::join!(pool.verify(Secret::new("a"), None), async { drop(busy) });
    assert_eq!(verified, Ok(false));
}

#[tokio::test]
async fn whoever_is_logged_in_does_not_wait_for_logins() {
    let pool = Pool::start(HashCost::low(), 1).expect("threads");
    let busy = occupy(&pool);
    let order = Arc::new(Mutex::new(Vec::new()));
    let note = |what: &'static str| {
        let order = Arc::clone(&order);
        move || lock(&order).push(what)
    };
    let (login, urgent) = (note("login"), note("urgent"));
    lock(&pool.shared.line).logins.push_back(Box::new(move |_| login()));
    let (hashed, ()) = tokio::join!(pool.urgently(move |_| urgent()), async { drop(busy) });
    assert_eq!(hashed, Ok(()));
    pool.verify(Secret::new("a"), None).await.expect("the login before it is done");
    assert_eq!(*lock(&order), ["urgent", "login"]);
}

#[tokio::test]
async fn a_job_that_panics_takes_no_worker_with_it() {
    let pool = Pool::start(HashCost::low(), 1).expect("threads");
    let lost = pool.urgently(|_| panic!("on purpose")).await;
    assert_eq!(lost, Err::<(), _>(PoolError::Closed));
    assert_eq!(pool.verify(Secret::new("a"), None).await, Ok(false));
}

#[tokio::test]
async fn a_pool_has_a_worker_and_not_too_many() {
    assert_eq!(Pool::start(HashCost::low(), 0).expect("threads").workers.len(), 1);
    assert_eq!(Pool::start(HashCost::low(), 100).expect("threads").workers.len(), WORKERS_MAX);
    assert!((2..=WORKERS_MAX).contains(&Pool::workers_here()));
}
