/*
 * Rotation of refresh tokens: one family, an honest client with a parallel request, a thief, a network that loses,
 * doubles and delays, and a server that crashes between write and answer. README.md says how to read it.
 *
 * Everything is one loop of guarded steps over global state; a step is atomic, all orders of steps are tried.
 * Times are ages that stop counting at WINDOW, so the search is exhaustive without a bound on how long a run lasts.
 */

#ifndef N
#define N 3                         /* tokens of the family, numbered in the order in which they are made */
#endif
#ifndef WINDOW
#define WINDOW 7                    /* ticks for which the direct parent gets the same successor again */
#endif
#ifndef RETRY
#define RETRY 2                     /* ticks without an answer after which the client asks again: one round trip */
#endif
#define FAULTS 1                    /* messages lost or doubled, or crashes, between two tokens of the client */
#define LAST (N - 1)
#define THIEF 2                     /* clients 0 and 1 are the honest one and its parallel request */
#define OWNER 3                     /* whoever ends the family on purpose: the user, an administrator */
#define BIT(s) (1 << (s))

/* Where a message is: nowhere, sent in this tick, sent in the tick before (and due now). */
#define NONE 0
#define FRESH 1
#define DUE 2

/* How far a worker of the server is with a request. */
#define IDLE 0
#define JUDGED 1                    /* has read and decided, and has still to write */
#define WRITTEN 2                   /* has written, or had nothing to write; the commit and the answer are left */
#define HASTY 3                     /* answered before the commit: only with the bug of that name */

/* What a worker decided. */
#define REFUSE 0
#define ROTATE 1
#define REPEAT 2
#define END 3
#define REFUSE_ENDED 4
#define BRANCH 5                    /* a second successor: only with bugs */

/* The store as the running server sees it, and as it is on disk. */
byte minted = 1, spent, head;
byte disk_minted = 1, disk_spent, disk_head;
bool ended, disk_ended;
byte parent[N];
byte age[N];                        /* ticks since the token was spent, at most WINDOW */
#ifdef BUG_TIMES
byte issued[N];                     /* ticks since the token was made, at most WINDOW */
#endif

/* The two workers of the server. */
byte work[2], by[2], token[2], verdict[2], result[2];
bool overdue[2];

/* The network, by client and token presented: requests, answers with a token (2 * token, +1 when due), refusals. */
byte req[2 * N], yes[2 * N], no[2 * N];
byte faults = FAULTS;

/* The honest client: what it keeps; what each of its two requests presented and for how long it waits, plus one. */
byte held;
byte sent[2], waits[2];
bool signed_out;

/* What only the invariants know. */
bool harmed;                        /* the thief got something or used an old token, or the owner ended the family */
bool told_ended;                    /* somebody has been told that the family ended */
bool two_live_heads, honest_client_signed_out, old_token_tolerated, ended_came_back;
#ifdef WITNESS
bool crashed, repeated;
#endif

byte x, y, w;                       /* scratch: zero between steps */

#define live (minted & ~spent & 255)

/* (a) A live token is one that was made and not spent, in a family that has not ended. */
inline check_heads() {
    if
    :: !ended && (live & (live - 1)) != 0 -> two_live_heads = true; assert(!two_live_heads)
    :: else
    fi
}

/* (d) After somebody was told, no state of the store may say otherwise and no verdict may hand out a token. */
inline check_ended(v) {
    if
    :: told_ended && (!ended || v == ROTATE || v == REPEAT || v == BRANCH) ->
        ended_came_back = true; assert(!ended_came_back)
    :: else
    fi
}

#ifdef BUG_TIMES
#define is_head(s) (issued[s] <= issued[head])
#else
#define is_head(s) ((s) == head)
#endif

/*
 * From here on the honest client may be signed out rightly, so (b) is settled and the client leaves the stage: whatever it
 * could still present, the thief can.
 */
inline harm() {
    harmed = true;
    held = 0; sent[0] = 0; sent[1] = 0; waits[0] = 0; waits[1] = 0; faults = 0;
    by[0] = (work[0] == IDLE -> 0 : THIEF);
    by[1] = (work[1] == IDLE -> 0 : THIEF);
    y = 0;
    do
    :: y < 2 * N -> req[y] = NONE; yes[y] = 0; no[y] = NONE; y++
    :: else -> break
    od;
    y = 0
}

/*
 * What the server reads and decides. Ending needs no condition, so it is written at once; a rotation is written by the
 * compare-and-set, after others may have written.
 */
inline judge() {
    overdue[w] = !ended && (spent & BIT(token[w])) != 0 && age[token[w]] >= WINDOW;
    if
    :: ended -> verdict[w] = REFUSE_ENDED
    :: !ended && by[w] == OWNER -> verdict[w] = END
    :: !ended && by[w] != OWNER && is_head(token[w]) -> verdict[w] = ROTATE
#ifdef BUG_LENIENT
    :: !ended && by[w] != OWNER && !is_head(token[w]) && age[token[w]] >= WINDOW -> verdict[w] = REFUSE
#else
    :: !ended && by[w] != OWNER && !is_head(token[w]) && age[token[w]] >= WINDOW -> verdict[w] = END
#endif
    :: !ended && by[w] != OWNER && !is_head(token[w]) && age[token[w]] < WINDOW ->
        if
        :: head != 0 && token[w] == parent[head] -> verdict[w] = REPEAT; result[w] = head
#ifdef BUG_GRANDPARENTS
        :: else -> verdict[w] = BRANCH
#else
        :: else -> verdict[w] = REFUSE
#endif
        fi
    fi;
    check_ended(verdict[w]);
    work[w] = (verdict[w] == ROTATE || verdict[w] == BRANCH -> JUDGED : WRITTEN);
    if
    :: verdict[w] == END -> ended = true
    :: else
    fi;
    if
    :: !harmed && by[w] >= THIEF && verdict[w] != REFUSE && verdict[w] != REFUSE_ENDED -> harm()
    :: else
    fi
}

inline rest(i) {
    work[i] = IDLE; by[i] = 0; token[i] = 0; verdict[i] = REFUSE; result[i] = 0; overdue[i] = false
}

/* Makes the next token as a child of the one presented; x is its number. */
inline mint() {
    x = 0;
    do
    :: x < N && (minted & BIT(x)) != 0 -> x++
    :: else -> break
    od;
    if
    :: x < N ->
        minted = minted | BIT(x); parent[x] = token[w]; result[w] = x;
        if
        :: (spent & BIT(token[w])) == 0 -> spent = spent | BIT(token[w]); age[token[w]] = 0
        :: else
        fi
    :: else -> verdict[w] = REFUSE; rest(w)  /* the horizon of the model: as if the request had been lost */
    fi
}

#ifdef BUG_READ_THEN_WRITE
#define wins true
#else
#define wins (is_head(token[w]) && !ended)
#endif

/* The compare-and-set; whoever lost it reads again. */
inline write() {
    work[w] = WRITTEN;
    if
    :: verdict[w] == BRANCH -> mint()
    :: verdict[w] == ROTATE && wins ->
        mint();
        if
        :: work[w] == WRITTEN -> head = x
        :: else
        fi
    :: verdict[w] == ROTATE && !wins -> judge()
    fi;
    check_heads()
}

inline commit() {
    disk_minted = minted; disk_spent = spent; disk_head = head; disk_ended = ended
}

/* (c) Whoever presented a token spent longer ago than the window hears of it only once the family has ended. */
inline answer() {
    if
    :: overdue[w] && !ended -> old_token_tolerated = true; assert(!old_token_tolerated)
    :: else
    fi;
    if
    :: verdict[w] == END || verdict[w] == REFUSE_ENDED -> told_ended = true
    :: else
    fi;
    if
    :: by[w] < THIEF && (verdict[w] == ROTATE || verdict[w] == REPEAT || verdict[w] == BRANCH) ->
        yes[by[w] * N + token[w]] = 2 * result[w] | (yes[by[w] * N + token[w]] & 1)
    :: by[w] < THIEF && !(verdict[w] == ROTATE || verdict[w] == REPEAT || verdict[w] == BRANCH) ->
        no[by[w] * N + token[w]] = (no[by[w] * N + token[w]] == DUE -> DUE : FRESH)
    :: else
    fi
#ifdef WITNESS
    ;
    if
    :: verdict[w] == REPEAT && by[w] < THIEF -> repeated = true
    :: else
    fi
#endif
}

/* What is in memory is gone: the store is what the disk says, and nobody answers what was being worked on. */
inline crash() {
    minted = disk_minted; spent = disk_spent; head = disk_head; ended = disk_ended;
    rest(0); rest(1);
    x = 0;
    do
    :: x < N ->
        if
        :: (spent & BIT(x)) == 0 -> age[x] = 0
        :: else
        fi;
        if
        :: (minted & BIT(x)) == 0 -> parent[x] = 0
        :: else
        fi;
        x++
    :: else -> break
    od;
    check_ended(REFUSE)
}

/* Time passes once the server is idle, nothing is due and no client has a retry to make. */
inline tick() {
    x = 0;
    do
    :: x < N ->
        if
        :: (spent & BIT(x)) != 0 && age[x] < WINDOW -> age[x]++
        :: else
        fi;
#ifdef BUG_TIMES
        if
        :: (minted & BIT(x)) != 0 && issued[x] < WINDOW -> issued[x]++
        :: else
        fi;
#endif
        x++
    :: else -> break
    od;
    x = 0;
    do
    :: x < 2 * N ->
        if
        :: req[x] == FRESH -> req[x] = DUE
        :: else
        fi;
        if
        :: yes[x] != 0 -> yes[x] = yes[x] | 1
        :: else
        fi;
        if
        :: no[x] == FRESH -> no[x] = DUE
        :: else
        fi;
        x++
    :: else -> break
    od;
    if
    :: waits[0] != 0 -> waits[0]++
    :: else
    fi;
    if
    :: waits[1] != 0 -> waits[1]++
    :: else
    fi
}

/* Whether anything is due; the answer is in y. */
inline due() {
    x = 0; y = (waits[0] > RETRY || waits[1] > RETRY);
    do
    :: x < 2 * N -> y = y || req[x] == DUE || no[x] == DUE || (yes[x] & 1) != 0; x++
    :: else -> break
    od;
    x = 0
}

/* The client hears a token: kept only where it replaces the token that was presented. */
inline hear_token(c) {
    if
    :: waits[c] != 0 && sent[c] == x % N ->
        waits[c] = 0; sent[c] = 0;
        if
        :: held == x % N -> held = y / 2; faults = FAULTS
        :: else
        fi
    :: else
    fi
}

/* (b) A refusal signs the client out only where it has nothing newer. */
inline hear_refusal(c) {
    if
    :: waits[c] != 0 && sent[c] == x % N ->
        waits[c] = 0; sent[c] = 0;
        if
        :: held == x % N && !signed_out ->
            signed_out = true;
#ifndef STRICT
            if
            :: !harmed -> honest_client_signed_out = true; assert(!honest_client_signed_out)
            :: else
            fi
#endif
        :: else
        fi
    :: else
    fi
}

#define free (work[0] == IDLE || work[1] == IDLE)
#define serving ((work[0] != IDLE && by[0] < THIEF) || (work[1] != IDLE && by[1] < THIEF))
#define lowest (work[0] == IDLE -> 0 : 1)

/* The client starts a request, or asks again; the second slot only beside the first, as the two are alike. */
#ifdef NO_CLIENT
#define MAY_SEND false
#else
#define MAY_SEND (!harmed && !signed_out && held < LAST)
#endif
#define SEND(c) sent[c] = held; waits[c] = 1; req[(c) * N + held] = FRESH
#define RETRY_OF(c) \
    :: d_step { waits[c] > RETRY && req[(c) * N + sent[c]] == NONE -> \
        if \
        :: held == sent[c] && MAY_SEND -> SEND(c) \
        :: else -> waits[c] = 0; sent[c] = 0 \
        fi }

/* A worker takes request i off the network and reads the store. */
#define TAKE(i) w = lowest; by[w] = (i) / N; token[w] = (i) % N; judge(); w = 0

/* What may happen to message i: delivered, delivered with a copy kept, lost; and its answer: heard, heard twice, lost. */
#define MESSAGE(i) \
    :: d_step { free && req[i] != NONE -> req[i] = NONE; TAKE(i) } \
    :: d_step { faults > 0 && free && req[i] != NONE -> faults--; TAKE(i) } \
    :: d_step { faults > 0 && req[i] != NONE -> faults--; req[i] = NONE } \
    :: d_step { yes[i] != 0 -> x = i; y = yes[i]; yes[i] = 0; hear_token((i) / N); x = 0; y = 0 } \
    :: d_step { faults > 0 && yes[i] != 0 -> faults--; x = i; y = yes[i]; hear_token((i) / N); x = 0; y = 0 } \
    :: d_step { faults > 0 && yes[i] != 0 -> faults--; yes[i] = 0 } \
    :: d_step { no[i] != NONE -> x = i; no[i] = NONE; hear_refusal((i) / N); x = 0 } \
    :: d_step { faults > 0 && no[i] != NONE -> faults--; x = i; hear_refusal((i) / N); x = 0 } \
    :: d_step { faults > 0 && no[i] != NONE -> faults--; no[i] = NONE }

/* The thief presents token s; being refused changes nothing. */
#ifdef NO_THIEF
#define STEAL(s)
#else
#define STEAL(s) \
    :: d_step { free && (minted & BIT(s)) != 0 -> \
        w = lowest; by[w] = THIEF; token[w] = s; judge(); \
        if \
        :: verdict[w] == REFUSE && !overdue[w] -> rest(w) \
        :: else \
        fi; w = 0 }
#endif

#ifdef BUG_HASTY
#define FINISH(i) \
    :: d_step { work[i] == WRITTEN -> w = i; answer(); work[i] = HASTY; w = 0 } \
    :: d_step { work[i] == HASTY -> commit(); rest(i) }
#else
#define FINISH(i) \
    :: d_step { work[i] == WRITTEN -> w = i; commit(); answer(); rest(i); w = 0 }
#endif
#define WORKER(i) \
    :: d_step { work[i] == JUDGED -> w = i; write(); x = 0; w = 0 } \
    FINISH(i)

#ifdef WITNESS
#define NOTE_CRASH crashed = true
#else
#define NOTE_CRASH skip
#endif

active proctype world() {
    do
    :: d_step { MAY_SEND && waits[0] == 0 -> SEND(0) }
    :: d_step { MAY_SEND && waits[0] != 0 && waits[1] == 0 -> SEND(1) }
    RETRY_OF(0)
    RETRY_OF(1)

    MESSAGE(0) MESSAGE(1) MESSAGE(2) MESSAGE(3) MESSAGE(4) MESSAGE(5)
#if N > 3
    MESSAGE(6) MESSAGE(7)
#endif
#if N > 4
    MESSAGE(8) MESSAGE(9)
#endif

    STEAL(0) STEAL(1)
#if N > 3
    STEAL(2)
#endif
#if N > 4
    STEAL(3)
#endif
#ifndef NO_THIEF
    :: d_step { free && !ended -> w = lowest; by[w] = OWNER; judge(); w = 0 }
#endif

    WORKER(0)
    WORKER(1)

    /* A crash, before or after the commit. It is a fault of the step when it takes an honest request with it. */
    :: d_step { work[0] + work[1] != IDLE && !serving -> crash(); x = 0; NOTE_CRASH }
    :: d_step { work[0] + work[1] != IDLE && !serving -> commit(); crash(); x = 0; NOTE_CRASH }
    :: d_step { serving && faults > 0 -> faults--; crash(); x = 0; NOTE_CRASH }
    :: d_step { serving && faults > 0 -> faults--; commit(); crash(); x = 0; NOTE_CRASH }

    :: d_step { work[0] + work[1] == IDLE ->
        due();
        if
        :: !y -> tick()
        :: else
        fi; x = 0; y = 0 }

#ifdef WITNESS
    :: d_step { crashed && repeated && told_ended && head == LAST -> assert(false) }
#endif
    od
}
