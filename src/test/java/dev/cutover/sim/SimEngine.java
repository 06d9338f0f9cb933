package dev.cutover.sim;

import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/// The promotion engine: knows its jobs by the caller's id, dies, hangs, and may promote wrongly.
final class SimEngine {
    enum Kind {
        PROMOTE,
        VERIFY,
        UNDO
    }

    enum State {
        RUNNING,
        DONE,
        FAILED,
        CANCELLED
    }

    /// One job.
    static final class Job {
        final Kind kind;
        State state = State.RUNNING;
        Instant endsAt;
        boolean fails;
        boolean hangs;
        boolean corrupts;

        Job(Kind kind, Instant endsAt) {
            this.kind = kind;
            this.endsAt = endsAt;
        }
    }

    private final Map<String, Job> jobs = new HashMap<>();

    /// Whether it cannot be reached; its jobs stand still.
    boolean dead;

    /// Whether the next side shows the promoted content, and shows it right.
    boolean promoted;

    boolean corrupt;

    /// Whether a verification found right what stands there now.
    boolean verified;

    Job job(String id) {
        Job job = jobs.get(id);
        if (job == null) {
            throw new IllegalStateException("no job " + id);
        }
        return job;
    }

    boolean knows(String id) {
        return jobs.containsKey(id);
    }

    void start(String id, Job job) {
        // One promotion at a time: asked again while one runs, the engine goes on with that one.
        Job running =
                jobs.values().stream()
                        .filter(j -> j.kind == Kind.PROMOTE && j.state == State.RUNNING)
                        .filter(j -> job.kind == Kind.PROMOTE)
                        .findFirst()
                        .orElse(job);
        if (jobs.putIfAbsent(id, running) != null || running != job) {
            return;
        }
        if (job.kind == Kind.PROMOTE) {
            verified = false;
        }
        if (job.kind == Kind.UNDO) {
            jobs.values().stream()
                    .filter(j -> j.kind != Kind.UNDO && j.state == State.RUNNING)
                    .forEach(j -> j.state = State.CANCELLED);
        }
    }

    void advance(Instant now) {
        for (Job job : jobs.values()) {
            if (job.state != State.RUNNING || job.hangs || now.isBefore(job.endsAt) || dead) {
                continue;
            }
            job.state = job.fails ? State.FAILED : State.DONE;
            if (job.fails) {
                continue;
            }
            switch (job.kind) {
                case PROMOTE -> {
                    promoted = true;
                    corrupt = job.corrupts;
                    verified = false;
                }
                case VERIFY -> {
                    verified = promoted && !corrupt;
                    job.state = verified ? State.DONE : State.FAILED;
                }
                case UNDO -> {
                    promoted = false;
                    corrupt = false;
                    verified = false;
                }
            }
        }
    }
}
