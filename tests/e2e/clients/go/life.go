// A claim's life by the client that is generated from the contract: from the submission to the customer's "no", and to
// a refusal. `life begin|decline`; what it needs stands in the environment, what came of it is printed as JSON.
package main

import (
	"claims"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"net"
	"net/http"
	"net/url"
	"os"
)

func setting(name string) string {
	value, ok := os.LookupEnv(name)
	if !ok {
		log.Fatalf("%s is not set", name)
	}
	return value
}

// The local cloud tells its APIs by the host.
func client() *claims.APIClient {
	endpoint, err := url.Parse(setting("ENDPOINT"))
	must(err)
	dial := func(ctx context.Context, network, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, endpoint.Host)
	}
	config := claims.NewConfiguration()
	config.Host, config.Scheme = setting("API_HOST"), endpoint.Scheme
	config.HTTPClient = &http.Client{Transport: &http.Transport{DialContext: dial}}
	return claims.NewAPIClient(config)
}

func as(token string) context.Context {
	return context.WithValue(context.Background(), claims.ContextAccessToken, token)
}

func must(err error) {
	var refusal *claims.GenericOpenAPIError
	if errors.As(err, &refusal) {
		log.Fatalf("%v: %s", err, refusal.Body())
	}
	if err != nil {
		log.Fatal(err)
	}
}

func begin() any {
	api, partner, reviewer := client(), as(setting("PARTNER")), as(setting("REVIEWER"))
	var body claims.CreateClaimBody
	must(json.Unmarshal([]byte(setting("BODY")), &body))
	wrong := body
	wrong.Items = []claims.ClaimItemBody{{Kind: claims.ITEMKIND_WORKLOAD, Id: "no-such-item"}}
	_, answer, err := api.ClaimsAPI.CreateClaim(partner).IdempotencyKey(setting("KEY") + "-wrong").CreateClaimBody(wrong).Execute()
	var refusal *claims.GenericOpenAPIError
	if !errors.As(err, &refusal) {
		log.Fatalf("not refused: %v", err)
	}
	problem := refusal.Model().(claims.Problem)
	claim, _, err := api.ClaimsAPI.CreateClaim(partner).IdempotencyKey(setting("KEY")).CreateClaimBody(body).Execute()
	must(err)
	for _, action := range []claims.ReviewBody{
		claims.BeginActionAsReviewBody(claims.NewBeginAction("begin")),
		claims.ValidateActionAsReviewBody(claims.NewValidateAction("validate")),
	} {
		version := fmt.Sprintf("%q", fmt.Sprint(claim.Version))
		claim, _, err = api.ReviewAPI.ReviewClaim(reviewer, claim.Id).IfMatch(version).ReviewBody(action).Execute()
		must(err)
	}
	return map[string]any{
		"id": claim.Id, "status": claim.Status,
		"refused": []any{answer.StatusCode, problem.Code, problem.Errors[0].Code},
	}
}

func decline() any {
	decided, _, err := client().DecisionAPI.Decide(context.Background(), setting("TOKEN")).
		Code(setting("CODE")).Decision("decline").Execute()
	must(err)
	return map[string]any{"status": decided.ClaimStatus}
}

func main() {
	steps := map[string]func() any{"begin": begin, "decline": decline}
	must(json.NewEncoder(os.Stdout).Encode(steps[os.Args[1]]()))
}
