// The driver protocol of Brownout in Go (docs/guide/drivers.md, version brownout/driver/1): lines in
// and out, calls in goroutines of their own, and time. The clock is read from the file that
// libfaketime would read; timers of the library are announced as waits, and time-outs as deadlines.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"
)

const protocol = "brownout/driver/1"

type object = map[string]interface{}

// clientError is what the client returned, as it names it.
type clientError struct {
	Name                string `json:"name"`
	Code                string `json:"code,omitempty"`
	Suberror            string `json:"suberror,omitempty"`
	Message             string `json:"message"`
	InteractionRequired bool   `json:"interactionRequired"`
}

func (e clientError) Error() string { return e.Message }

var said sync.Mutex

func say(message object) {
	line, err := json.Marshal(message)
	if err != nil {
		panic(err)
	}
	said.Lock()
	defer said.Unlock()
	fmt.Println(string(line))
}

var numbers = struct {
	sync.Mutex
	last  int
	waits map[int]func()
	asks  map[int]chan line
}{waits: map[int]func(){}, asks: map[int]chan line{}}

// line is what Brownout writes; the fields of open and acquire are read by the client.
type line struct {
	ID     int    `json:"id"`
	Do     string `json:"do"`
	Woken  []int  `json:"woken"`
	Ask    int    `json:"ask"`
	Ok     object `json:"ok"`
	Error  string `json:"error"`
	opened opened
	asked  acquisition
}

// followScenario has the time of the scenario from now on, where Brownout gives one.
func followScenario() {
	file := os.Getenv("FAKETIME_TIMESTAMP_FILE")
	if file == "" {
		return
	}
	time.BrownoutNow = func() time.Time {
		text, err := os.ReadFile(file)
		if err != nil {
			panic(err)
		}
		now, err := time.Parse("2006-01-02 15:04:05.000", strings.TrimSpace(string(text)))
		if err != nil {
			panic(err)
		}
		return now
	}
	time.BrownoutTimer = announce
}

func announce(d time.Duration, isWait bool, fire func()) func() bool {
	kind := "deadline"
	if isWait {
		kind = "waiting"
	}
	numbers.Lock()
	numbers.last++
	number := numbers.last
	numbers.waits[number] = func() {
		fire()
		if !isWait {
			say(object{"ended": number})
		}
	}
	numbers.Unlock()
	ms := float64(d) / float64(time.Millisecond)
	if ms < 0 {
		ms = 0
	}
	say(object{kind: number, "forMs": ms})
	return func() bool {
		if take(number) == nil {
			return false
		}
		say(object{"ended": number})
		return true
	}
}

func take(number int) func() {
	numbers.Lock()
	defer numbers.Unlock()
	fire := numbers.waits[number]
	delete(numbers.waits, number)
	return fire
}

// connectDirectly leads connections to the simulator as they are made, where this application has an
// address of its own there: behind a proxy a broken connection would look like a broken proxy.
func connectDirectly() {
	address := os.Getenv("BROWNOUT_ADDRESS")
	if address == "" {
		return
	}
	for _, name := range []string{"HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"} {
		os.Unsetenv(name)
	}
	transport := http.DefaultTransport.(*http.Transport)
	dial := transport.DialContext
	transport.DialContext = func(ctx context.Context, network, wanted string) (net.Conn, error) {
		if strings.HasPrefix(wanted, "127.") || strings.HasPrefix(wanted, "localhost:") {
			return dial(ctx, network, wanted)
		}
		return dial(ctx, network, address)
	}
}

// ask has Brownout act and waits for its answer.
func ask(kind string, what object) (object, error) {
	answered := make(chan line, 1)
	number := begin(kind, what, answered)
	answer := <-answered
	numbers.Lock()
	delete(numbers.asks, number)
	numbers.Unlock()
	if answer.Error != "" {
		return nil, fmt.Errorf("%s", answer.Error)
	}
	return answer.Ok, nil
}

// askLater has Brownout act and goes on.
func askLater(kind string, what object) { begin(kind, what, nil) }

func begin(kind string, what object, answered chan line) int {
	numbers.Lock()
	numbers.last++
	number := numbers.last
	if answered != nil {
		numbers.asks[number] = answered
	}
	numbers.Unlock()
	message := object{"ask": number, "for": kind}
	for name, value := range what {
		message[name] = value
	}
	say(message)
	return number
}

func answer(id int, work func() (object, error)) {
	defer func() {
		if thrown := recover(); thrown != nil {
			say(object{"id": id, "error": object{"name": "panic", "message": fmt.Sprint(thrown), "causedBy": "panic"}})
		}
	}()
	ok, err := work()
	if err != nil {
		say(object{"id": id, "error": describe(err)})
		return
	}
	say(object{"id": id, "ok": ok})
}

func main() {
	followScenario()
	connectDirectly()
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<24)
	var current *client
	for lines.Scan() {
		var message line
		text := lines.Bytes()
		if err := json.Unmarshal(text, &message); err != nil {
			panic(err)
		}
		switch message.Do {
		case "hello":
			answer(message.ID, hello)
		case "open":
			if err := json.Unmarshal(text, &message.opened); err != nil {
				panic(err)
			}
			current = &client{opened: message.opened, cache: &savedCache{}}
			say(object{"id": message.ID, "ok": object{}})
		case "acquire":
			if err := json.Unmarshal(text, &message.asked); err != nil {
				panic(err)
			}
			asked := message.asked
			asked.ID = message.ID
			go answer(message.ID, func() (object, error) { return current.acquire(asked) })
		case "time":
			for _, number := range message.Woken {
				if fire := take(number); fire != nil {
					go fire()
				}
			}
		case "answered":
			numbers.Lock()
			asked := numbers.asks[message.Ask]
			numbers.Unlock()
			if asked != nil {
				asked <- message
			}
		case "close":
			say(object{"id": message.ID, "ok": object{}})
			return
		}
	}
}

func hello() (object, error) {
	return object{
		"protocol": protocol, "name": "msal-go", "version": version, "flows": flows, "time": "virtual",
		"nowMs": time.Now().UnixMilli(),
	}, nil
}
