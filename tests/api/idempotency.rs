//! A request that is repeated is done once.

use crate::support::world::client;

both! {
    fn done_once_answered_twice(world) {
        let owner = world.owner("north");
        let wish = client("north", "Once", "Olga");
        let first = owner.post_once("/v1/clients", "key-1", wish.clone()).expect(201);
        let again = owner.post_once("/v1/clients", "key-1", wish.clone()).expect(201);
        assert_eq!((first.text.clone(), first.header("location"), first.header("etag")), (again.text.clone(), again.header("location"), again.header("etag")));
        assert_eq!((first.header("idempotency-replayed"), again.header("idempotency-replayed")), (None, Some("true")));
        // another body, another address: another request
        owner.post_once("/v1/clients", "key-1", client("north", "Other", "Olga2")).refused(422, "idempotency_key_reused");
        // another person may use the same text
        world.owner("south").post_once("/v1/clients", "key-1", client("south", "Once", "Olga")).expect(201);
        owner.post_once("/v1/clients", "spaces are not allowed", wish).refused(400, "invalid_header");
    }

    fn a_refusal_is_not_remembered(world) {
        let owner = world.owner("north");
        let mut wish = client("north", "Later", "Alice");
        owner.post_once("/v1/clients", "key-2", wish.clone()).refused(409, "already_exists");
        wish["contact"]["email"] = "alice-2@north-client.example".into();
        owner.post_once("/v1/clients", "key-2", wish).expect(201);
    }

    fn twenty_at_the_same_moment(world) {
        let owner = world.owner("north");
        let wish = client("north", "Rush", "Ruth");
        let answers: Vec<_> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..20).map(|_| scope.spawn(|| owner.post_once("/v1/clients", "rush", wish.clone()))).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        let fresh = answers.iter().filter(|answer| answer.header("idempotency-replayed").is_none()).count();
        assert_eq!(fresh, 1);
        assert!(answers.iter().all(|answer| answer.status == 201 && answer.text == answers[0].text));
        assert_eq!(owner.get("/v1/contacts?email=ruth@north-client.example").json()["data"].as_array().unwrap().len(), 1);
    }
}
