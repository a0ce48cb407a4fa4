// Command mailhog is MailHog v1.0.1: its own packages from the module registry,
// put together as its own main package does, which can't be imported. MailHog is
// by Ian Kent and others, under the MIT licence.
package main

import (
	"flag"
	"fmt"
	"log"
	"net/http"
	"os"

	"github.com/gorilla/pat"
	"github.com/mailhog/MailHog-Server/api"
	server "github.com/mailhog/MailHog-Server/config"
	"github.com/mailhog/MailHog-Server/smtp"
	"github.com/mailhog/MailHog-UI/assets"
	ui "github.com/mailhog/MailHog-UI/config"
	"github.com/mailhog/MailHog-UI/web"
	common "github.com/mailhog/MailHog/config"
	mailhoghttp "github.com/mailhog/http"
	sendmail "github.com/mailhog/mhsendmail/cmd"
	"golang.org/x/crypto/bcrypt"
)

const version = "1.0.1"

// bcryptCost is MailHog's own.
const bcryptCost = 4

func main() {
	var command string
	if len(os.Args) > 1 {
		command = os.Args[1]
	}
	switch command {
	case "-version", "--version":
		fmt.Println("MailHog version: " + version)
	case "sendmail":
		os.Args = append(os.Args[:1], os.Args[2:]...)
		sendmail.Go()
	case "bcrypt":
		printHash(os.Args[2:])
	default:
		serve()
	}
}

func printHash(args []string) {
	if len(args) == 0 {
		log.Fatal("usage: mailhog bcrypt <password>")
	}
	hash, err := bcrypt.GenerateFromPassword([]byte(args[0]), bcryptCost)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(string(hash))
}

func serve() {
	apiConfig, uiConfig := configure()

	serveAPI := func(r http.Handler) { api.CreateAPI(apiConfig, r.(*pat.Router)) }
	serveUI := func(r http.Handler) { web.CreateWeb(uiConfig, r.(*pat.Router), assets.Asset) }

	if uiConfig.UIBindAddr == apiConfig.APIBindAddr {
		go mailhoghttp.Listen(uiConfig.UIBindAddr, assets.Asset, nil, func(r http.Handler) {
			serveUI(r)
			serveAPI(r)
		})
	} else {
		go mailhoghttp.Listen(apiConfig.APIBindAddr, assets.Asset, nil, serveAPI)
		go mailhoghttp.Listen(uiConfig.UIBindAddr, assets.Asset, nil, serveUI)
	}
	smtp.Listen(apiConfig, nil)
}

func configure() (*server.Config, *ui.Config) {
	common.RegisterFlags()
	server.RegisterFlags()
	ui.RegisterFlags()
	flag.Parse()

	shared, apiConfig, uiConfig := common.Configure(), server.Configure(), ui.Configure()
	apiConfig.WebPath = shared.WebPath
	uiConfig.WebPath = shared.WebPath
	if shared.AuthFile != "" {
		mailhoghttp.AuthFile(shared.AuthFile)
	}
	return apiConfig, uiConfig
}
