// Calls functions that take and give values: Lambda's forms, OpenFaaS's text, any Go type that JSON can be.

package main

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"reflect"
	"runtime/debug"
	"strings"
	"time"
	"unicode/utf8"
)

var (
	servingContextType = reflect.TypeOf((*context.Context)(nil)).Elem()
	servingErrorType   = reflect.TypeOf((*error)(nil)).Elem()
	servingBytesType   = reflect.TypeOf([]byte(nil))
)

// servingReply is what a function gives that names its status.
type servingReply struct {
	StatusCode        int                 `json:"statusCode"`
	Headers           map[string]string   `json:"headers"`
	MultiValueHeaders map[string][]string `json:"multiValueHeaders"`
	Cookies           []string            `json:"cookies"`
	Body              string              `json:"body"`
	IsBase64Encoded   bool                `json:"isBase64Encoded"`
}

// servingEvent calls a function. With payload it is given what was sent, else the request as an API gateway tells it.
func servingEvent(function interface{}, payload bool) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			servingError(w, http.StatusRequestEntityTooLarge, "the body is too large or cut off")
			return
		}
		given, err := servingArguments(reflect.TypeOf(function), r, body, payload)
		if err != nil {
			servingError(w, http.StatusBadRequest, "the body is not the JSON that the function takes")
			return
		}
		done := make(chan []reflect.Value, 1)
		go func() {
			defer func() {
				if said := recover(); said != nil {
					log.Printf("%s %s failed: %v\n%s", r.Method, r.URL.Path, said, debug.Stack())
					done <- nil
				}
			}()
			done <- reflect.ValueOf(function).Call(given)
		}()
		select {
		case found := <-done:
			servingGive(w, reflect.TypeOf(function), found)
		case <-r.Context().Done():
			servingError(w, http.StatusGatewayTimeout, "the function took too long")
		}
	})
}

func servingArguments(kind reflect.Type, r *http.Request, body []byte, payload bool) ([]reflect.Value, error) {
	var found []reflect.Value
	for at := 0; at < kind.NumIn(); at++ {
		wanted := kind.In(at)
		switch {
		case wanted.Implements(servingContextType) && wanted.Kind() == reflect.Interface:
			found = append(found, reflect.ValueOf(r.Context()))
		case wanted == servingBytesType:
			found = append(found, reflect.ValueOf(body))
		case wanted.Kind() == reflect.String:
			found = append(found, reflect.ValueOf(string(body)).Convert(wanted))
		default:
			value := reflect.New(wanted)
			data, err := servingData(r, body, payload)
			if err == nil {
				err = json.Unmarshal(data, value.Interface())
			}
			if err != nil {
				return nil, err
			}
			found = append(found, value.Elem())
		}
	}
	return found, nil
}

// servingData is the JSON that becomes the function's argument.
func servingData(r *http.Request, body []byte, payload bool) ([]byte, error) {
	query := map[string]string{}
	for name, values := range r.URL.Query() {
		query[name] = strings.Join(values, ",")
	}
	if payload {
		if len(body) > 0 {
			return body, nil
		}
		return json.Marshal(query)
	}
	headers := map[string]string{}
	for name, values := range r.Header {
		headers[strings.ToLower(name)] = strings.Join(values, ", ")
	}
	client, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		client = r.RemoteAddr
	}
	text, coded := string(body), !utf8.Valid(body)
	if coded {
		text = base64.StdEncoding.EncodeToString(body)
	}
	about := map[string]string{
		"method": r.Method, "path": r.URL.Path, "protocol": r.Proto, "sourceIp": client, "userAgent": r.UserAgent(),
	}
	return json.Marshal(map[string]interface{}{
		"version": "2.0", "routeKey": "$default", "rawPath": r.URL.Path, "rawQueryString": r.URL.RawQuery,
		"headers": headers, "multiValueHeaders": map[string][]string(r.Header),
		"queryStringParameters": query, "multiValueQueryStringParameters": map[string][]string(r.URL.Query()),
		"httpMethod": r.Method, "path": r.URL.Path, "resource": "/{proxy+}",
		"body": text, "isBase64Encoded": coded,
		"requestContext": map[string]interface{}{
			"http": about, "httpMethod": r.Method, "path": r.URL.Path, "domainName": r.Host, "stage": "$default",
			"timeEpoch": time.Now().UnixNano() / int64(time.Millisecond),
			"identity":  map[string]string{"sourceIp": client, "userAgent": r.UserAgent()},
		},
	})
}

// servingGive sends what the function gave: its error as 500 without its words, text as it is, all else as JSON.
func servingGive(w http.ResponseWriter, kind reflect.Type, found []reflect.Value) {
	if len(found) != kind.NumOut() {
		servingError(w, http.StatusInternalServerError, "the function failed")
		return
	}
	if last := kind.NumOut() - 1; last >= 0 && kind.Out(last).Implements(servingErrorType) {
		if !found[last].IsNil() {
			log.Print(fmt.Errorf("the function failed: %v", found[last].Interface()))
			servingError(w, http.StatusInternalServerError, "the function failed")
			return
		}
		found = found[:last]
	}
	if len(found) == 0 {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	value := found[0]
	if value.Type() == servingBytesType || value.Kind() == reflect.String {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		data := []byte(value.String())
		if value.Type() == servingBytesType {
			data = value.Bytes()
		}
		if _, err := w.Write(data); err != nil {
			log.Print(err)
		}
		return
	}
	data, err := json.Marshal(value.Interface())
	if err != nil {
		log.Print(err)
		servingError(w, http.StatusInternalServerError, "the function failed")
		return
	}
	var parts map[string]json.RawMessage
	var reply servingReply
	_ = json.Unmarshal(data, &parts) // of a list or a number there are none
	if _, names := parts["statusCode"]; names && json.Unmarshal(data, &reply) == nil && reply.StatusCode >= 200 {
		servingWrite(w, reply)
		return
	}
	servingJSON(w, http.StatusOK, json.RawMessage(data))
}

func servingWrite(w http.ResponseWriter, reply servingReply) {
	data := []byte(reply.Body)
	if reply.IsBase64Encoded {
		if read, err := base64.StdEncoding.DecodeString(reply.Body); err == nil {
			data = read
		}
	}
	w.Header().Set("Content-Type", "application/json")
	for name, values := range reply.MultiValueHeaders {
		w.Header().Del(name)
		for _, value := range values {
			w.Header().Add(name, value)
		}
	}
	for name, value := range reply.Headers {
		w.Header().Set(name, value)
	}
	for _, value := range reply.Cookies {
		w.Header().Add("Set-Cookie", value)
	}
	w.WriteHeader(reply.StatusCode)
	if _, err := w.Write(data); err != nil {
		log.Print(err)
	}
}
